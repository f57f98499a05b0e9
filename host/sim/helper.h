/* What a world and its helper program share: a piece of memory, in which one of the two works at a time.
 *
 *   +-------------------+--------------------+---+----------------+---+---------+---+---------+---+--
 *   | page              | what the job       | x | changed words, | x | column  | x | column  | x | ...
 *   | (struct below)    | records            |   | marks          |   | 0       |   | 1       |   |
 *   +-------------------+--------------------+---+----------------+---+---------+---+---------+---+--
 *     host asks: fills all but `recorded`, then command = n     x: pages that the helper may not touch, so that a job
 *     helper answers: works, records, then done = n                that runs over the end of a column stops there
 *
 * Column 0 holds the handles, the others what the slots point at, each with row r at its place r: a job cannot tell
 * them from the columns of a chunk. The host takes back only what the system writes, of the rows of the range, and
 * trusts nothing else that it finds here: a job may have written anywhere. */
#ifndef ORR_SIM_HELPER_H
#define ORR_SIM_HELPER_H

#include "orrery_job.h"

#include <stdatomic.h>
#include <stddef.h>

/* Raised with every change of this header; the two programs must agree. */
#define ORR__HELPER_VERSION (ORR_ABI << 16 | 1u)

enum {
    ORR__HELPER_SLOTS = 64, /* of a job, at most */
    ORR__HELPER_TEXT = 1024,
    ORR__HELPER_PATH = 4096,
    ORR__HELPER_NAME = 256,
    ORR__HELPER_PARAMS = 256,
    ORR__HELPER_WORDS = 4096 / 64, /* of changed words or marks */
};

enum { ORR__HELPER_HELLO = 1, ORR__HELPER_LOAD, ORR__HELPER_RUN };

/* Offsets from the start of the memory. */
#define ORR__HELPER_LOG 0x10000u
#define ORR__HELPER_LOG_BYTES 0x100000u
#define ORR__HELPER_WORDS_AT 0x120000u /* after a guard */
#define ORR__HELPER_COLUMNS 0x140000u  /* after a guard */
#define ORR__HELPER_GUARD 0x1000u
#define ORR__HELPER_COLUMN_BYTES 0xA000u /* 4,096 rows of 8 bytes, 4 KiB of room, the guard */
#define ORR__HELPER_BYTES (ORR__HELPER_COLUMNS + 0x290000u)
_Static_assert((ORR__HELPER_SLOTS + 1) * ORR__HELPER_COLUMN_BYTES <= 0x290000u, "columns");
_Static_assert((ORR__HELPER_SLOTS + 1) * ORR__HELPER_WORDS * 8 <= 0x10000u, "words");

/* Column k; not all at the same place in their pages, or they would push each other out of the cache. */
static inline uint32_t orr__helper_column(uint32_t k)
{
    return ORR__HELPER_COLUMNS + k * ORR__HELPER_COLUMN_BYTES + k % 15 * 256;
}

/* Words k: 0 are the changed words of the query, k + 1 the marks of slot k. */
static inline uint32_t orr__helper_words(uint32_t k)
{
    return ORR__HELPER_WORDS_AT + k * ORR__HELPER_WORDS * 8;
}

typedef struct orr__helper_page {
    _Alignas(64) _Atomic uint32_t command; /* number of what is asked; the helper sleeps on it */
    _Atomic uint32_t helper_sleeps;
    _Alignas(64) _Atomic uint32_t done; /* number of what has been answered; the host sleeps on it */
    _Atomic uint32_t host_sleeps;
    _Alignas(64) uint32_t version; /* ORR__HELPER_VERSION */
    uint32_t what;
    uint32_t fpu; /* control bits of the floating-point unit: those of the thread that asks */
    /* load */
    uint32_t system; /* the job is kept under this number */
    uint32_t slot_count, params_bytes;
    char module[ORR__HELPER_PATH]; /* "": built in */
    char job[ORR__HELPER_NAME];
    /* run: the pointers in `tick` mean nothing */
    orr_tick tick;
    uint32_t begin, end;
    uint32_t has_params, has_changed;
    uint64_t changed_summary, gather_base;
    uint32_t slots[ORR__HELPER_SLOTS], marks[ORR__HELPER_SLOTS]; /* offsets; 0: NULL */
    _Alignas(64) unsigned char params[ORR__HELPER_PARAMS];
    /* the answer */
    int32_t code;
    uint32_t recorded; /* bytes of the log */
    char text[ORR__HELPER_TEXT];
} orr__helper_page;
_Static_assert(sizeof(orr__helper_page) <= ORR__HELPER_LOG, "the page has room");

/* A call that the job made, done again by the host when the range is over: `count` doubles and a text follow. */
enum {
    ORR__HELPER_REDUCE = 1,
    ORR__HELPER_EMIT,
    ORR__HELPER_SPAWN,
    ORR__HELPER_DESTROY,
    ORR__HELPER_ADD,
    ORR__HELPER_REMOVE,
    ORR__HELPER_SET
};
typedef struct orr__helper_record {
    uint32_t kind, bytes; /* of the record with all that follows: a multiple of 8 */
    int64_t entity;
    double value;
    uint32_t number; /* reduce: its kind; spawn: how many */
    uint32_t count;
} orr__helper_record;

#endif
