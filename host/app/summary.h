/* What a run ends with: a table for people, or one JSON object. */
#ifndef ORR_APP_SUMMARY_H
#define ORR_APP_SUMMARY_H

#include <stdbool.h>

#include "orrery.h"

typedef struct orr__summary_hash {
    uint64_t tick, hash;
} orr__summary_hash;

typedef struct orr__summary {
    const char *script;
    orr_world *world;
    uint64_t ticks; /* done in this run */
    double seconds;
    const char *status; /* "finished", "interrupted", "failed" */
    const char *error;  /* NULL or the message */
    const orr__summary_hash *hashes;
    uint64_t hash_count;
    bool interpreted; /* the script's compiler is off */
} orr__summary;

void orr__summary_text(const orr__summary *s);
void orr__summary_json(const orr__summary *s);

#endif
