#include "app/summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "app/text.h"

static double per_second(const orr__summary *s)
{
    return s->seconds > 0 ? (double)s->ticks / s->seconds : 0;
}

static uint64_t systems_ns(const orr_world *world)
{
    uint64_t sum = 0;
    orr_system_stats stats;
    for (orr_system k = 1; k <= orr_system_count(world); k++) {
        if (orr_system_describe(world, k, &stats) == ORR_OK) sum += stats.time_ns;
    }
    return sum;
}

void orr__summary_text(const orr__summary *s)
{
    orr_system_stats stats;
    printf("%s: %s\n", s->script, s->status);
    printf("  %-12s %" PRIu64 " in %.2f s (%.0f ticks/s)\n", "ticks", s->ticks, s->seconds, per_second(s));
    printf("  %-12s %" PRIu64 "\n", "entities", orr_world_entity_count(s->world));
    printf("  %-12s %" PRIu32 "\n", "threads", orr_world_threads(s->world));
    if (s->interpreted) printf("  %-12s off: loops in Lua run about 100 times slower\n", "JIT");
    if (orr_world_dropped(s->world)) printf("  %-12s %" PRIu64 "\n", "dropped", orr_world_dropped(s->world));
    printf("  %-12s %016" PRIx64 " at tick %" PRIu64 "\n", "hash", orr_world_hash(s->world), orr_world_tick(s->world));
    const double all = (double)systems_ns(s->world);
    if (all <= 0) return;
    printf("\n  %-20s %-10s %8s %12s %12s %7s\n", "system", "stage", "runs", "rows", "us a run", "share");
    for (orr_system k = 1; k <= orr_system_count(s->world); k++) {
        if (orr_system_describe(s->world, k, &stats) != ORR_OK || !stats.runs) continue;
        printf("  %-20s %-10s %8" PRIu64 " %12" PRIu64 " %12.1f %6.1f%%\n", stats.name, stats.stage, stats.runs,
               stats.rows, (double)stats.time_ns / 1e3 / (double)stats.runs, 100 * (double)stats.time_ns / all);
    }
}

/* Scripts may name things and say errors in any bytes; JSON is UTF-8. */
static void json_text(const char *raw)
{
    orr__text text = { 0 };
    orr__text_add_json(&text, raw);
    orr__text_print(&text);
    orr__text_fini(&text);
}

static void json_number(double number)
{
    if (isfinite(number))
        printf("%.17g", number);
    else
        fputs("null", stdout);
}

static void json_params(const orr_world *world)
{
    fputs(",\"params\":{", stdout);
    for (orr_param p = 1; p <= orr_param_count(world); p++) {
        orr_param_desc param;
        if (orr_param_describe(world, p, &param) != ORR_OK) continue;
        if (p > 1) putchar(',');
        json_text(param.name);
        putchar(':');
        json_number(orr_param_get(world, p));
    }
    putchar('}');
}

static void json_systems(const orr_world *world)
{
    fputs(",\"systems\":[", stdout);
    for (orr_system k = 1; k <= orr_system_count(world); k++) {
        orr_system_stats stats;
        if (orr_system_describe(world, k, &stats) != ORR_OK) continue;
        fputs(k > 1 ? ",{\"name\":" : "{\"name\":", stdout);
        json_text(stats.name);
        fputs(",\"stage\":", stdout);
        json_text(stats.stage);
        printf(",\"enabled\":%s,\"runs\":%" PRIu64 ",\"rows\":%" PRIu64 ",\"time_ns\":%" PRIu64 "}",
               stats.enabled ? "true" : "false", stats.runs, stats.rows, stats.time_ns);
    }
    putchar(']');
}

void orr__summary_json(const orr__summary *s)
{
    fputs("{\"script\":", stdout);
    json_text(s->script);
    fputs(",\"status\":", stdout);
    json_text(s->status);
    if (s->error) {
        fputs(",\"error\":", stdout);
        json_text(s->error);
    }
    if (!s->world) { /* it did not load */
        puts(",\"version\":\"" ORR_VERSION "\"}");
        return;
    }
    printf(",\"version\":\"" ORR_VERSION "\",\"seed\":%" PRIu64 ",\"dt\":", orr_world_seed(s->world));
    json_number(orr_world_dt(s->world));
    printf(",\"tick\":%" PRIu64 ",\"ticks\":%" PRIu64 ",\"seconds\":", orr_world_tick(s->world), s->ticks);
    json_number(s->seconds);
    fputs(",\"ticks_per_second\":", stdout);
    json_number(per_second(s));
    printf(",\"entities\":%" PRIu64 ",\"threads\":%" PRIu32 ",\"dropped\":%" PRIu64, orr_world_entity_count(s->world),
           orr_world_threads(s->world), orr_world_dropped(s->world));
    printf(",\"jit\":%s", s->interpreted ? "false" : "true");
    printf(",\"hash\":\"%016" PRIx64 "\",\"hashes\":[", orr_world_hash(s->world));
    for (uint64_t k = 0; k < s->hash_count; k++) {
        printf("%s{\"tick\":%" PRIu64 ",\"hash\":\"%016" PRIx64 "\"}", k ? "," : "", s->hashes[k].tick,
               s->hashes[k].hash);
    }
    putchar(']');
    json_params(s->world);
    json_systems(s->world);
    puts("}");
}
