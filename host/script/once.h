/* What is told once, however many machines come to know of it: any thread, nothing waits. */
#ifndef ORR_SCRIPT_ONCE_H
#define ORR_SCRIPT_ONCE_H

#include <stdbool.h>
#include <stdint.h>

enum { ORR__ONCE_MOST = 64 };

/* Zeroed is empty. */
typedef struct orr__once {
    _Atomic uint64_t told[ORR__ONCE_MOST]; /* hashes of texts, from the first on; 0: free */
} orr__once;

void orr__once_clear(orr__once *once);
/* Whether nobody has come with this text before. One that finds no room is always new. */
bool orr__once_first(orr__once *once, const char *text);

#endif
