/* Random systems in random modes in random worlds: tick for tick the same on 1, 2 and 4 threads and under an unkind
 * scheduler as one after the other without threads.
 *     fuzz_schedule [--seeds N] [--seed S] [--steps N] [--chaos N]     --chaos: schedules a seed */
#include "base/error.h"
#include "c/chaos.h"
#include "c/sanitized.h"
#include "c/watchdog.h"
#include "ecs/world.h"
#include "fuzz_scene.h"
#include "sim/sim.h"

enum { ROWS_MOST = 6000, ROWS_LEAST = 40 };

/* What a tick leaves behind. */
typedef struct outcome {
    uint64_t hash, text, log, printed, alive, dropped, changed[TRACKERS];
    int64_t code;
} outcome;

typedef struct variant {
    const char *name;
    uint32_t threads;
    uint64_t chaos_seed; /* 0: none */
} variant;

static uint64_t text_hash(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static void keep_log(void *context, int level, const char *text)
{
    scene *s = context;
    const size_t used = strlen(s->log);
    snprintf(s->log + used, sizeof s->log - used, "%d %s\n", level, text);
}

/* Whatever they are taken for: whether and how they are shared is nobody's business. */
static void mistake_costs(const scene *s, uint64_t salt)
{
    for (uint32_t i = 0; i < s->system_count; i++) {
        const uint64_t dice = orr_random_bits(salt, i, 0);
        orr__system_at(s->world, i + 1)->ns_a_row = dice % 3 == 0 ? 1e-3 : dice % 3 == 1 ? 1e4 : 300;
    }
}

static void thin_out(const scene *s)
{
    static orr_entity entities[1 << 18];
    uint64_t count = 0;
    must(s, orr_query_copy_entities(s->world, s->everything, entities, 1 << 18, &count) == ORR_OK, "entities");
    for (uint64_t i = 0; i < count / 2; i++) entities[i] = entities[2 * i];
    must(s, orr_entity_destroy(s->world, entities, (uint32_t)(count / 2)) == ORR_OK, "destroy");
}

/* What an embedder does between ticks. */
static void between_ticks(scene *s, uint64_t tick)
{
    const uint64_t dice = orr_random_bits(s->seed, 300, (uint32_t)tick);
    if (orr_world_entity_count(s->world) > ROWS_MOST) thin_out(s);
    if (orr_world_entity_count(s->world) < ROWS_LEAST || dice % 16 == 0)
        must(s, orr_entity_spawn(s->world, s->h.prefabs[dice / 16 % PREFABS], 50, NULL) == ORR_OK, "spawn");
    if (dice >> 8 & 1) must(s, orr_param_set(s->world, s->params[0], (double)(dice >> 9 & 3)) == ORR_OK, "param");
    if ((dice >> 12) % 8 == 0)
        must(s, orr_system_enable(s->world, 1 + (orr_system)((dice >> 16) % s->system_count), dice >> 40 & 1) == ORR_OK,
             "enable");
    if ((dice >> 41) % 4 == 0) orr_tracker_clear(s->world, s->trackers[dice >> 43 & 1]);
    if ((dice >> 44) % 32 == 0) { /* so that those that were disabled come back */
        for (uint32_t i = 0; i < s->system_count; i++)
            must(s, orr_system_enable(s->world, i + 1, true) == ORR_OK, "enable");
    }
}

static outcome step(scene *s)
{
    s->log[0] = '\0';
    outcome o = { .code = orr_world_step(s->world, 1) };
    o.text = text_hash(o.code == ORR_OK ? "" : orr_last_error());
    if (o.code != ORR_OK) keep_log(s, 3, orr_last_error());
    o.hash = orr_world_hash(s->world);
    o.log = text_hash(s->log);
    o.printed = s->printed;
    o.alive = orr_world_entity_count(s->world);
    o.dropped = orr_world_dropped(s->world);
    for (uint32_t i = 0; i < TRACKERS; i++) o.changed[i] = orr_tracker_count(s->world, s->trackers[i]);
    return o;
}

static void print_graph(void *context, const char *text, size_t bytes)
{
    (void)context;
    fwrite(text, 1, bytes, stderr);
}

static void differ(const scene *s, const variant *v, uint64_t tick, const outcome *is, const outcome *serial)
{
    const bool same_hash = is->hash == serial->hash;
    orr_world_graph(s->world, ORR_GRAPH_TEXT, print_graph, NULL);
    fprintf(stderr, "log: %s\n", s->log);
    die(s,
        "tick %" PRIu64 ", %s: hash %s, code %" PRId64 " (%" PRId64 "), log %s, printed %s, alive %" PRIu64 " (%" PRIu64
        "), dropped %" PRIu64 " (%" PRIu64 "), changed %" PRIu64 " %" PRIu64 " (%" PRIu64 " %" PRIu64 ")",
        tick, v->name, same_hash ? "same" : "differs", is->code, serial->code,
        is->log == serial->log ? "same" : "differs", is->printed == serial->printed ? "same" : "differs", is->alive,
        serial->alive, is->dropped, serial->dropped, is->changed[0], is->changed[1], serial->changed[0],
        serial->changed[1]);
}

/* The serial run fills `outcomes`, the others are compared with them. */
static void run(uint64_t seed, uint64_t steps, const variant *v, outcome *outcomes, bool compares)
{
    scene *s = calloc(1, sizeof *s);
    chaos *unkind = v->chaos_seed ? chaos_create(3, v->chaos_seed) : NULL;
    if (!s) abort();
    scene_make(s, seed,
               &(orr_world_desc){ .threads = v->threads,
                                  .seed = seed,
                                  .scheduler = unkind ? chaos_scheduler(unkind) : NULL,
                                  .log = keep_log,
                                  .log_context = s });
    watchdog_watch(s->world);
    for (uint64_t tick = 0; tick < steps; tick++) {
        between_ticks(s, tick);
        mistake_costs(s, seed * 1000003 + tick * 8 + v->threads + v->chaos_seed);
        const outcome o = step(s);
        if (tick % 16 == 0 || tick + 1 == steps) must(s, orr__world_validate(s->world) == ORR_OK, "validate");
        if (!compares)
            outcomes[tick] = o;
        else if (memcmp(&o, &outcomes[tick], sizeof o) != 0)
            differ(s, v, tick, &o, &outcomes[tick]);
    }
    watchdog_watch(NULL);
    orr_world_destroy(s->world);
    chaos_destroy(unkind);
    free(s);
}

static void fuzz_seed(uint64_t seed, uint64_t steps, uint64_t chaos_count)
{
    static const variant variants[] = { { "1 thread", 1, 0 }, { "2 threads", 2, 0 }, { "4 threads", 4, 0 } };
    outcome *serial = calloc(steps ? steps : 1, sizeof *serial);
    if (!serial) abort();
    run(seed, steps, &(variant){ "no threads", 0, 0 }, serial, false);
    for (uint32_t i = 0; i < 3; i++) run(seed, steps, &variants[i], serial, true);
    for (uint64_t i = 1; i <= chaos_count; i++) {
        char name[64];
        snprintf(name, sizeof name, "unkind scheduler %" PRIu64, i);
        run(seed, steps, &(variant){ name, 0, seed * 1000 + i }, serial, true);
    }
    free(serial);
}

enum { SEEDS = BY_THREAD_SANITIZER ? 8 : BY_ADDRESS_SANITIZER ? 30 : 60 };

int main(int argc, char **argv)
{
    uint64_t values[] = { SEEDS, 1, 12, 5 };
    static const char *const names[] = { "--seeds", "--seed", "--steps", "--chaos" };
    for (int i = 1; i < argc; i += 2) {
        uint32_t at = 0;
        while (at < 4 && strcmp(argv[i], names[at]) != 0) at++;
        if (at == 4 || i + 1 == argc) {
            fprintf(stderr, "usage: fuzz_schedule [--seeds N] [--seed S] [--steps N] [--chaos N]\n");
            return 2;
        }
        values[at] = strtoull(argv[i + 1], NULL, 10);
    }
    for (uint64_t seed = values[1]; seed < values[1] + values[0]; seed++) fuzz_seed(seed, values[2], values[3]);
    printf("fuzz_schedule: seeds %" PRIu64 " to %" PRIu64 ", %" PRIu64 " steps each, %" PRIu64
           " unkind schedules: no difference\n",
           values[1], values[1] + values[0] - 1, values[2], values[0] * values[3]);
    return 0;
}
