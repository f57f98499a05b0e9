/* The simulation half of a world: everything that is not rows. Hangs below orr_world.sim. */
#ifndef ORR_SIM_SIM_H
#define ORR_SIM_SIM_H

#include "ecs/world.h"
#include "orrery.h"
#include "pool/pool.h"
#include "sim/dispatch.h"
#include "sim/display.h"
#include "sim/event.h"
#include "sim/free.h"
#include "sim/hook.h"
#include "sim/gesture.h"
#include "sim/isolate.h"
#include "sim/job.h"
#include "sim/lanes.h"
#include "sim/mailbox.h"
#include "sim/neighbours.h"
#include "sim/observer.h"
#include "sim/param.h"
#include "sim/range.h"
#include "sim/reduction.h"
#include "sim/reload.h"
#include "sim/report.h"
#include "sim/resource.h"
#include "sim/scene.h"
#include "sim/schedule.h"
#include "sim/series.h"
#include "sim/system.h"
#include "sim/trace.h"

#include <stdatomic.h>

/* The first failure of a tick: what orr_world_step returns. */
typedef struct orr__failure {
    int32_t code;
    char text[2048];
} orr__failure;

typedef struct orr__sim {
    orr__params params;
    orr__resources resources;
    orr__events events;
    orr__reductions reductions;
    orr__near_set neighbours;
    orr__systems systems;
    orr__schedule schedule;
    orr__jobs jobs;
    orr__isolates isolates;
    orr__hooks hooks;
    orr__recordings recordings;
    orr__dispatch dispatch;
    orr__trace trace;
    orr__pool *pool;
    uint64_t seed, tick;
    double dt;
    bool started;      /* the startup stage was run */
    bool stepping;     /* inside orr_world_step */
    uintptr_t stepper; /* while stepping: orr__thread_self of the thread that does */
    bool hides;        /* the present ticks are not published */
    orr__mailboxes mailboxes;
    orr__scene *scene; /* NULL: none was declared */
    uint64_t scene_version;
    uint32_t shows; /* open ones: somebody looks */
    bool painting;  /* the render stage runs */
    orr__display display;
    orr__series_list series;
    orr__gestures gestures;
    orr__reporter reporter;
    orr__lanes lanes;
    orr__notes notes;
    atomic_flag notes_lock;
    _Atomic uint64_t tick_told; /* tick, for those who speak from other threads while it goes on */
    orr__reload *reload;        /* a script is being loaded again; NULL: no */
    orr__free free;
    orr_run *main_run; /* of the main-thread system or hook that runs now; NULL: none */
    orr__failure failure;
    _Atomic(const char *) running; /* for watchdogs */
    _Atomic int interrupted;
    orr__observer *observer;                         /* NULL: none */
    void (*ticked)(orr_world *world, void *context); /* after a tick, on the thread that steps; NULL: nobody cares */
    void *ticked_context;
    orr_log_function *log;
    void *log_context;
    _Atomic uintptr_t log_speaker; /* the thread that is in it; 0: none */
    uint64_t sync_ns, events_ns;   /* time of the tick's own work */
    uint64_t tick_ns;              /* time of the last tick that read the clock */
    uint32_t clock_ticks;          /* ticks that did, up to some */
    uint32_t unclocked;            /* ticks since then */
    bool clocked;                  /* the present one does: see step.c */
} orr__sim;

/* orr_world_create with another way to start the pool's threads: by it tests refuse some. */
orr_world *orr__sim_create(const orr_world_desc *desc, orr__pool_starter starter);

/* printf-like message to the embedder's log; level 0 note, 1 warning, 2 error. Any thread. */
void orr__sim_log(const orr_world *world, int level, const char *format, ...);

/* Key of the random numbers of a system (by the hash of its name) in the present tick. */
uint64_t orr__sim_stream(const orr__sim *sim, uint64_t name_hash);

/* Keeps the thread's error as the tick's failure unless there is one already. */
void orr__sim_failed(orr_world *world, int32_t code);

/* Runs the render stage and gives mailboxes a state. At the end of orr_world_step. */
int32_t orr__sim_publish(orr_world *world);

#endif
