#ifndef ORR__POOL_MAILBOX_H
#define ORR__POOL_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A latest-value channel between one writer and several readers: who holds which slot, not what is in it. The owner
 * keeps as many values as there are slots; the mailbox says which one the writer may fill and which one is the newest.
 *
 *     writer   slot = begin ──> fill it ──> publish        never waits, never fails, whatever readers do
 *     reader   slot = take ──> look at it ──> release      never waits, gets the newest that is complete
 *
 * At most `readers` slots are held at once: a take beyond is refused, not the writer. A slot that is held keeps its
 * value however much is published meanwhile. What the writer put into a slot before publish is seen after take; what a
 * reader read before release was read before the writer fills the slot again.
 */

struct orr__alloc;
struct orr__mailbox_slot;

#define ORR__MAILBOX_READERS_MAX 64u
#define ORR__MAILBOX_NONE UINT32_MAX

typedef struct orr__mailbox {
    struct orr__mailbox_slot *slots;
    struct orr__alloc *alloc;
    uint32_t slot_count, readers;
    uint32_t filling;                     /* slot of the writer, ORR__MAILBOX_NONE between publish and begin */
    _Alignas(64) _Atomic uint64_t latest; /* slot in the low 8 bits, above them how often it was taken since */
    _Alignas(64) _Atomic uint32_t held;   /* slots that readers hold, or are about to take */
    _Atomic uint32_t bell;                /* how many were published, for sleepers; wraps */
    _Atomic uint32_t sleepers;
    _Atomic uint64_t sequence; /* how many were published */
} orr__mailbox;

/* readers: 1 to ORR__MAILBOX_READERS_MAX. ORR_E_MEMORY. Slots are 0 .. readers + 1. */
int32_t orr__mailbox_init(orr__mailbox *mailbox, struct orr__alloc *alloc, uint32_t readers);
/* Nobody may use it any more; slots that are still held are forgotten. Allowed on a zeroed struct. */
void orr__mailbox_fini(orr__mailbox *mailbox);

/* The writer's thread. begin: the slot that may be filled; the same one until it is published. */
uint32_t orr__mailbox_begin(orr__mailbox *mailbox);
/* What was begun becomes the newest. Returns its number: 1, 2, ... Wakes who sleeps in orr__mailbox_wait. */
uint64_t orr__mailbox_publish(orr__mailbox *mailbox);

/* Any thread. The slot published last, which stays as it is until released; the same one again when nothing is new.
 * ORR__MAILBOX_NONE when nothing was published, or (*full, may be NULL) as many as there are readers are held. */
uint32_t orr__mailbox_take(orr__mailbox *mailbox, bool *full);
/* Once for each take. */
void orr__mailbox_release(orr__mailbox *mailbox, uint32_t slot);

/* Any thread. How many were published so far. */
uint64_t orr__mailbox_sequence(const orr__mailbox *mailbox);
/* Any thread: sleeps until more than `sequence` were published, or the time is over (false). */
bool orr__mailbox_wait(orr__mailbox *mailbox, uint64_t sequence, uint64_t timeout_ns);

#endif
