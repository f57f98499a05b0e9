#ifndef ORR__BASE_OS_PIPE_H
#define ORR__BASE_OS_PIPE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A program that is fed through its standard input, such as one that makes a film of pictures.
 *
 *   this process ──write──> standard input of the program
 *                <──────── its standard error, of which the end is kept for messages; its output goes nowhere
 *
 * No signal handler is installed, a program that ends early makes no SIGPIPE, and only this child is waited for. It is
 * in a group of its own: what a terminal sends to us does not reach it.
 */

enum { ORR__PIPE_SAID = 400 };

typedef struct orr__pipe {
    int64_t id; /* 0: none */
    int feed, errors;
    size_t said_bytes;
    char name[64];
    char said[ORR__PIPE_SAID]; /* the last of what it said */
} orr__pipe;

/* arguments: the program, which is looked for as a shell does it, then its arguments; ends with NULL. ORR_E_NOT_FOUND
 * when there is no such program, ORR_E_FILE when it cannot be started. */
int32_t orr__pipe_start(orr__pipe *pipe, const char *const *arguments);

/* Waits until all is handed over. ORR_E_FILE when the program has ended: with how, and what it said; then it is
 * forgotten. */
int32_t orr__pipe_write(orr__pipe *pipe, const void *data, size_t bytes);

/* Says that this was all, and waits for its end. ORR_E_FILE unless it ended well. */
int32_t orr__pipe_finish(orr__pipe *pipe);

/* Ends it at once. Allowed on a zeroed struct. */
void orr__pipe_kill(orr__pipe *pipe);

#endif
