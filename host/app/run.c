/* orrery run SCRIPT: a simulation from its script, in a window where there is one to be had. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "app/dump.h"
#include "app/open.h"
#include "app/progress.h"
#include "app/reload.h"
#include "app/shoot.h"
#include "app/signals.h"
#include "app/summary.h"
#include "app/trace_out.h"
#include "base/error.h"
#include "base/os.h"
#include "orrery.h"

typedef struct run_options {
    bool ticks_given, watch, no_panel, lockstep, headless, unchecked, no_jit, guard, json, quiet;
    uint64_t ticks, threads, seed, hash, every, guard_budget, memory;
    double dt;
    orr__option_list set;
    const char *dump, *trace;
    orr__shoot_options shoot;
} run_options;

enum { TICKS = 600 };

#define AT(field) offsetof(run_options, field)
static const orr__option options[] = {
    { "--ticks", "N", ORR__OPTION_WHOLE, AT(ticks), 0, 0, "how many ticks (default 600)" },
    { "--headless", NULL, ORR__OPTION_FLAG, AT(headless), 0, 0, "no window, also where there is a display" },
    { "--watch", NULL, ORR__OPTION_FLAG, AT(watch), 0, 0,
      "load the script again when it is saved, as a window does; without --ticks until Ctrl-C" },
    { "--no-panel", NULL, ORR__OPTION_FLAG, AT(no_panel), 0, 0, "a window without the panel" },
    { "--lockstep", NULL, ORR__OPTION_FLAG, AT(lockstep), 0, 0,
      "one tick a picture: neither goes on without the other" },
    { "--threads", "N", ORR__OPTION_WHOLE, AT(threads), 0, 256,
      "threads that work; 0: none but this (default: all cores)" },
    { "--seed", "N", ORR__OPTION_WHOLE, AT(seed), 0, 0, "of the random numbers (default 0)" },
    { "--dt", "S", ORR__OPTION_NUMBER, AT(dt), -1e6, 1e6, "simulated seconds a tick (default: the script's, or 1/60)" },
    { "--set", "NAME=VALUE", ORR__OPTION_LIST, AT(set), 0, 0, "a param of the script; may be repeated" },
    { "--hash", "N", ORR__OPTION_WHOLE, AT(hash), 1, 1e15, "print the state hash every N ticks" },
    { "--json", NULL, ORR__OPTION_FLAG, AT(json), 0, 0, "the summary as one JSON object" },
    { "--dump", "FILE.csv", ORR__OPTION_TEXT, AT(dump), 0, 0, "write entities and fields as CSV" },
    { "--every", "N", ORR__OPTION_WHOLE, AT(every), 1, 1e15, "with --dump: every N ticks (default: at the end only)" },
    { "--trace", "FILE.json", ORR__OPTION_TEXT, AT(trace), 0, 0,
      "write who did what when, for Perfetto and `orrery trace`" },
    { "--picture", "FILE.png", ORR__OPTION_TEXT, AT(shoot.picture), 0, 0, "draw a picture at the end, or" },
    { "--at", "TICK", ORR__OPTION_WHOLE, AT(shoot.at), 0, 1e15, "when so many ticks are done" },
    { "--film", "FILE.mp4", ORR__OPTION_TEXT, AT(shoot.film), 0, 0,
      "draw a film, by ffmpeg; .png for numbered pictures" },
    { "--film-every", "N", ORR__OPTION_WHOLE, AT(shoot.film_every), 1, 1e15, "a frame every N ticks (default 1)" },
    { "--fps", "N", ORR__OPTION_NUMBER, AT(shoot.fps), 1, 1000, "frames a second of the film (default 60)" },
    { "--size", "WxH", ORR__OPTION_TEXT, AT(shoot.size), 0, 0, "of pictures, films and windows (default 1280x800)" },
    { "--scale", "S", ORR__OPTION_NUMBER, AT(shoot.scale), 0.1, 64,
      "pixels of the picture for each of a size (default 1; of a window: as dense as the display)" },
    { "--unchecked", NULL, ORR__OPTION_FLAG, AT(unchecked), 0, 0,
      "raw pointers and ffi for the script: fast and unsafe" },
    { "--no-jit", NULL, ORR__OPTION_FLAG, AT(no_jit), 0, 0,
      "interpret the script: loops over columns are 20 to 200 times slower" },
    { "--guard", NULL, ORR__OPTION_FLAG, AT(guard), 0, 0, "an endless loop becomes an error; costs about 25 %" },
    { "--guard-budget", "N", ORR__OPTION_WHOLE, AT(guard_budget), 1, 1e15,
      "--guard, with N loops for each run of a system (default 1e9)" },
    { "--memory", "MIB", ORR__OPTION_WHOLE, AT(memory), 1, 1e9,
      "most that the world's data may take (default: 7/8 of what is available)" },
    { "--quiet", NULL, ORR__OPTION_FLAG, AT(quiet), 0, 0, "no progress bar" },
    { NULL, NULL, 0, 0, 0, 0, NULL },
};

typedef struct run {
    const run_options *options;
    const char *script;
    orr_host_desc desc; /* how the host was opened */
    orr_host *host;
    orr_world *world;
    bool shown; /* in a window */
    orr__dump csv;
    orr__trace_out timeline;
    orr__shoot shoot;
    orr__summary_hash *hashes;
    uint64_t hash_count, hash_capacity;
} run;

/* What the script prints goes to stdout, unless the JSON stands there; notes and warnings to stderr. */
static void log_line(void *context, int level, const char *text)
{
    const run_options *o = context;
    if (level == 0)
        fprintf(o->json ? stderr : stdout, "%s\n", text);
    else
        fprintf(stderr, "orrery: %s%s\n", level == 1 ? "warning: " : "", text);
}

static int failed(int32_t code, const char *text)
{
    fflush(stdout);
    fprintf(stderr, "%s%s\n", strncmp(text, "orrery:", 7) == 0 ? "" : "orrery: ", text);
    return code == ORR_E_FILE ? ORR__EXIT_FILES : ORR__EXIT_SIMULATION;
}

static int32_t note_hash(run *r)
{
    const uint64_t tick = orr_world_tick(r->world), hash = orr_world_hash(r->world);
    if (!r->options->json) {
        printf("tick %" PRIu64 " hash %016" PRIx64 "\n", tick, hash);
        return ORR_OK;
    }
    if (r->hash_count == r->hash_capacity) {
        const uint64_t capacity = r->hash_capacity ? 2 * r->hash_capacity : 64;
        orr__summary_hash *more = realloc(r->hashes, capacity * sizeof *more);
        if (!more) return orr__fail(ORR_E_MEMORY, "no memory for the hashes");
        r->hashes = more;
        r->hash_capacity = capacity;
    }
    r->hashes[r->hash_count++] = (orr__summary_hash){ tick, hash };
    return ORR_OK;
}

/* Ticks until something is to be done: a hash, a dump, the bar, the end. */
static uint64_t stretch(const run *r, uint64_t left)
{
    const uint64_t tick = orr_world_tick(r->world);
    uint64_t next = left < 16 ? left : 16;
    if (r->options->watch) next = 1;
    if (r->options->hash && r->options->hash - tick % r->options->hash < next) {
        next = r->options->hash - tick % r->options->hash;
    }
    if (r->options->dump && r->options->every && r->options->every - tick % r->options->every < next) {
        next = r->options->every - tick % r->options->every;
    }
    return orr__shoot_stretch(&r->shoot, tick, next);
}

static int32_t after_stretch(run *r)
{
    const uint64_t tick = orr_world_tick(r->world);
    int32_t status = ORR_OK;
    if (r->options->hash && tick % r->options->hash == 0) status = note_hash(r);
    if (status == ORR_OK && r->options->dump && r->options->every && tick % r->options->every == 0) {
        status = orr__dump_write(&r->csv);
    }
    return status == ORR_OK ? orr__shoot_look(&r->shoot, tick) : status;
}

static int32_t go(run *r, orr__progress *bar)
{
    uint64_t done = 0;
    int32_t status = ORR_OK;
    if (r->options->dump) status = orr__dump_begin(&r->csv, r->world, r->options->dump);
    if (r->options->trace && status == ORR_OK)
        status = orr__trace_out_begin(&r->timeline, r->world, r->options->trace, r->script);
    if (status == ORR_OK) status = orr__shoot_begin(&r->shoot, r->world);
    if (status == ORR_OK && r->shoot.film) status = orr_host_step(r->host, 0); /* startup */
    if (status == ORR_OK) status = orr__shoot_look(&r->shoot, orr_world_tick(r->world));
    while (status == ORR_OK && done < r->options->ticks && !orr__signals_asked()) {
        const uint64_t some = stretch(r, r->options->ticks - done);
        if (r->options->watch) orr__reload_look(r->host);
        status = orr_host_step(r->host, some);
        if (status != ORR_OK && status != ORR_E_INTERRUPTED && r->options->watch) {
            status = orr__reload_mend(r->host) ? ORR_OK : ORR_E_INTERRUPTED;
            continue;
        }
        done += status == ORR_OK ? some : 0;
        if (status == ORR_OK) status = after_stretch(r);
        if (status == ORR_OK) status = orr__trace_out_status(&r->timeline);
        orr__progress_show(bar, done, orr_world_entity_count(r->world));
    }
    if (status == ORR_E_INTERRUPTED) status = ORR_OK;
    if (r->options->dump && !r->options->every && status == ORR_OK) status = orr__dump_write(&r->csv);
    return status;
}

/* Pictures up to here, also of a run that failed. */
static int32_t finish_pictures(run *r, int32_t status)
{
    char text[2048];
    snprintf(text, sizeof text, "%s", orr_last_error());
    const int32_t code = orr__shoot_end(&r->shoot, status != ORR_OK);
    return status == ORR_OK ? code : orr__fail(status, "%s", text);
}

/* The trace up to here, also of a run that failed, which was told already. */
static int keep_trace(run *r, bool told)
{
    const int32_t status = orr__trace_out_end(&r->timeline);
    if (r->timeline.lost)
        fprintf(stderr, "orrery: warning: %" PRIu64 " records of the trace were lost: too many in one tick\n",
                r->timeline.lost);
    return status == ORR_OK || told ? ORR__EXIT_FINE : failed(status, orr_last_error());
}

/* Keeps what was dumped: also of a run that failed or was interrupted, everything up to then is worth having. */
static int finish(run *r, int32_t status, const char *error, double seconds, uint64_t from)
{
    const bool interrupted = orr__signals_asked();
    const orr__summary s = { .script = r->script,
                             .world = r->world,
                             .ticks = orr_world_tick(r->world) - from,
                             .seconds = seconds,
                             .error = error,
                             .hashes = r->hashes,
                             .hash_count = r->hash_count,
                             .interpreted = r->options->no_jit || strstr(orr_host_engine(), "JIT off"),
                             .status = error         ? "failed"
                                       : interrupted ? "interrupted"
                                                     : "finished" };
    int code = error ? failed(status, error) : ORR__EXIT_FINE;
    if (r->options->dump) {
        const int32_t written = status == ORR_E_FILE ? status : orr__dump_end(&r->csv);
        if (written != ORR_OK && !error) code = failed(written, orr_last_error());
        orr__dump_abort(&r->csv);
    }
    if (r->options->trace && keep_trace(r, error != NULL) != ORR__EXIT_FINE && code == ORR__EXIT_FINE)
        code = ORR__EXIT_FILES;
    if (r->options->json)
        orr__summary_json(&s);
    else if (!error)
        orr__summary_text(&s);
    if (code == ORR__EXIT_FINE && interrupted) code = ORR__EXIT_INTERRUPTED;
    return code;
}

/* A window, unless something is asked for that has its own pace. */
static bool wants_window(const run_options *o)
{
    return !o->headless && !o->hash && !o->dump && !o->trace && !o->shoot.picture && !o->shoot.film && !o->json;
}

static orr_world *restart(void *context, uint64_t seed)
{
    run *r = context;
    orr_host_desc desc = r->desc;
    desc.seed = seed;
    orr_host *host = orr_host_open(&desc);
    if (!host) return NULL;
    orr__signals_world(orr_host_world(host));
    orr_host_close(r->host);
    r->host = host;
    r->world = orr_host_world(host);
    return r->world;
}

static int32_t reload(void *context)
{
    return orr_host_watch(((run *)context)->host);
}

static bool closes(void *context)
{
    ((run *)context)->shown = true;
    return orr__signals_asked();
}

/* Nobody looks any more: what does not end by itself is ended. */
static void closed(void *context)
{
    (void)context;
    orr__signals_hurry();
}

static int32_t show(run *r)
{
    const run_options *o = r->options;
    return orr_window_run(
        r->world,
        &(orr_window_desc){
            .title = r->script,
            .width = r->shoot.width,
            .height = r->shoot.height,
            .ticks = o->ticks_given ? o->ticks : 0,
            .no_panel = o->no_panel,
            .lockstep = o->lockstep,
            .scale = isnan(o->shoot.scale) ? 0 : o->shoot.scale,
            .host = { .context = r, .restart = restart, .reload = reload, .closes = closes, .closed = closed } });
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

/* In a window; where there is none to be had, without one. */
static int32_t show_or_go(run *r, orr__progress *bar)
{
    if (!wants_window(r->options)) return go(r, bar);
    const bool display = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("SDL_VIDEODRIVER");
    const int32_t status = display ? show(r) : ORR_E_NOT_FOUND;
    if (status != ORR_E_NOT_FOUND || r->shown) return status;
    if (!r->options->quiet && r->options->ticks == UINT64_MAX)
        fprintf(stderr, "orrery: %s; running without a window until Ctrl-C (--headless says so)\n",
                display ? orr_last_error() : "no display");
    else if (!r->options->quiet)
        fprintf(stderr, "orrery: %s; running without a window, %" PRIu64 " ticks (--headless says so)\n",
                display ? orr_last_error() : "no display", r->options->ticks);
    return go(r, bar);
}

static int simulate(run *r)
{
    r->world = orr_host_world(r->host);
    orr__signals_world(r->world);
    const bool endless = r->options->ticks == UINT64_MAX;
    orr__progress bar = orr__progress_begin(r->options->ticks, r->options->quiet || endless);
    const uint64_t start = orr__clock_ns(), from = orr_world_tick(r->world);
    int32_t status = show_or_go(r, &bar);
    status = finish_pictures(r, status);
    const double seconds = (double)(orr__clock_ns() - start) / 1e9;
    orr__progress_end(&bar);
    char *error = NULL;
    if (status != ORR_OK) {
        const char *text = orr_last_error();
        error = malloc(strlen(text) + 1);
        if (error) strcpy(error, text);
    }
    const int code = finish(r, status, status == ORR_OK ? NULL : error ? error : "out of memory", seconds, from);
    free(error);
    orr__signals_world(NULL);
    return code;
}

static int run_script(const orr__command *command, int count, char **arguments)
{
    run_options o = { .ticks = UINT64_MAX,
                      .threads = ORR_THREADS_ALL,
                      .dt = NAN,
                      .shoot = { .at = UINT64_MAX, .fps = NAN, .scale = NAN } };
    const char *script = NULL;
    bool helped;
    const int usage = orr__args_read(command, count, arguments, &o, &script, &helped);
    if (usage != ORR__EXIT_FINE || helped) return usage;
    if (!isnan(o.dt) && !(o.dt > 0)) { /* NaN: not given; reading refuses it */
        fprintf(stderr, "orrery run: --dt must be above 0, not %g (see 'orrery run --help')\n", o.dt);
        return ORR__EXIT_USAGE;
    }
    if (o.every && !o.dump) {
        fputs("orrery run: --every says how often --dump writes, which is missing (see 'orrery run --help')\n", stderr);
        return ORR__EXIT_USAGE;
    }
    if (o.watch && o.dump) {
        fputs("orrery run: --dump writes the same fields from beginning to end: not with --watch\n", stderr);
        return ORR__EXIT_USAGE;
    }
    o.ticks_given = o.ticks != UINT64_MAX;
    if (!o.ticks_given) o.ticks = o.watch ? UINT64_MAX : TICKS;
    run r = { .options = &o, .script = script };
    if (orr__shoot_read(&r.shoot, &o.shoot, &o.ticks, o.ticks_given) != ORR__EXIT_FINE) return ORR__EXIT_USAGE;
    if (orr__signals_begin() != ORR_OK) return failed(ORR_E_THREAD, orr_last_error());
    const orr_host_desc desc = { .script = script,
                                 .seed = o.seed,
                                 .dt = isnan(o.dt) ? 0 : o.dt,
                                 .threads = (uint32_t)o.threads,
                                 .unchecked = o.unchecked,
                                 .no_jit = o.no_jit,
                                 .guard = o.guard || o.guard_budget,
                                 .guard_budget = o.guard_budget,
                                 .memory_bytes = o.memory << 20,
                                 .log = log_line,
                                 .log_context = &o };
    r.desc = desc;
    int code = orr__open(&desc, o.set.items, &r.host);
    if (code == ORR__EXIT_FINE)
        code = simulate(&r);
    else if (o.json)
        orr__summary_json(&(orr__summary){ .script = script, .status = "failed", .error = orr_last_error() });
    orr__signals_end();
    orr_host_close(r.host);
    free(r.hashes);
    return code;
}

const orr__command orr__command_run = {
    "run",
    "SCRIPT",
    1,
    1,
    "run a simulation",
    "  orrery run scripts/boids.lua --ticks 1000 --set cohesion=2\n"
    "  orrery run scripts/epidemic.lua --hash 100 --threads 4\n"
    "  orrery run scripts/wolf_sheep.lua --dump sheep.csv --every 10\n"
    "  orrery run scripts/life.lua --picture life.png --at 500 --size 1920x1080\n",
    options,
    run_script,
};
