/* Hosts whose script is changed while its world lives, and what is to be seen of them. */
#ifndef TESTS_RELOAD_CASE_H
#define TESTS_RELOAD_CASE_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "ecs/world.h"
#include "faulty.h"
#include "orrery.h"
#include "sim/sim.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

/* A text made of the parts that scripts of these tests have in common. */
#define HEAD                                                                                                           \
    "local orrery = require 'orrery'\n"                                                                                \
    "local f32, f64, i32, u8, bool = orrery.f32, orrery.f64, orrery.i32, orrery.u8, orrery.bool\n"
#define POSITION "local P = orrery.component('P', { x = f32, y = f32(2) })\n"
#define STARTUP                                                                                                        \
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"                                      \
    "  ctx:spawn({ P }, 5000, function(rows) local p = rows:write(P)\n"                                                \
    "    for i = rows.first, rows.last do p.x[i] = i end end)\n"                                                       \
    "end }\n"
#define MOVE(by)                                                                                                       \
    "orrery.system { name = 'move', on = 'workers', all = { P }, writes = { P }, run = function(rows)\n"               \
    "  local p = rows:write(P)\n"                                                                                      \
    "  for i = rows.first, rows.last do p.x[i] = p.x[i] + " by " end\n"                                                \
    "end }\n"

#define BOX "local box = orrery.mailbox { name = 'box', all = { P }, fields = { P.x, P.y } }\n"
#define LATE(by)                                                                                                       \
    "orrery.system { name = 'late', on = 'workers', data = 'snapshot', latency = 3, all = { P }, marks = { P },\n"     \
    "  extra = function() return { k = " by " } end, run = function(rows, ctx)\n"                                      \
    "  local p = rows:write(P)\n"                                                                                      \
    "  for i = rows.first, rows.last do p.y[i] = p.y[i] + ctx.extra.k * rows:uniform(i, 1) rows:mark(P, i) end\n"      \
    "end }\n"

#define WATCH(by)                                                                                                      \
    "local R = orrery.resource('r', { added = 0, changed = 0, seen = 0 })\n"                                           \
    "orrery.hook('add', P, function(e, ctx) ctx:write(R).added = ctx:read(R).added + " by " end)\n"                    \
    "orrery.hook('change', P, function(e, ctx) ctx:write(R).changed = ctx:read(R).changed + " by " end)\n"             \
    "orrery.system { name = 'see', changed = { P }, writes = { R }, every = 2, run = function(rows, ctx)\n"            \
    "  for i in rows:changed() do ctx:write(R).seen = ctx:read(R).seen + " by " end\n"                                 \
    "end }\n"

/* What the log was told since the last host was opened, a line each. */
typedef struct heard {
    char text[16384];
} heard;
extern heard log_heard;

orr_host *open_with(const char *text, uint32_t threads, const orr_allocator *allocator);
orr_host *open_text(const char *text);
void close_whole(orr_host *host);
double first_of(orr_host *host, const char *component, const char *field);
uint64_t rows_with(orr_host *host, const char *component);
/* Of the first rows: as many as a tool wants to see. */
const orr_entity *rows_of(orr_world *world, orr_component component);
double resource(orr_host *host, const char *name, const char *field);
double param(orr_host *host, const char *name);
void assert_heard(const char *wanted);
/* The text does not load, this is why, and the world is as if nothing had been tried. */
void refused(orr_host *host, const char *text, const char *why);

#endif
