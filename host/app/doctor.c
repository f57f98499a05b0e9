/* orrery doctor: what this machine and this build are, for bug reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "base/os.h"
#include "base/os_process.h"
#include "orrery.h"

static const orr__option options[] = { { NULL, NULL, 0, 0, 0, 0, NULL } };

static const char *vector_width(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) return "512 bits (AVX-512)";
    if (__builtin_cpu_supports("avx2")) return "256 bits (AVX2)";
    return "128 bits (SSE2)";
#elif defined(__aarch64__)
    return "128 bits (NEON)";
#else
    return "unknown";
#endif
}

static const char *compiler(void)
{
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown";
#endif
}

/* The helper program of systems with isolation = "process". */
static void print_helper(void)
{
    char path[4096];
    const char *said = getenv("ORRERY_WORKER");
    if (orr__program_find("orrery-worker", "ORRERY_WORKER", path, sizeof path) == ORR_OK)
        printf("%-10s %s%s\n", "helper", path, said && *said ? " (ORRERY_WORKER)" : "");
    else
        printf("%-10s none, so no isolation = \"process\": %s\n", "helper", orr_last_error());
}

static void print_view(void)
{
    const char *display = getenv("WAYLAND_DISPLAY");
    if (!display || !*display) display = getenv("DISPLAY");
    printf("%-10s %s\n", "display", display && *display ? display : "none, so no window; pictures need none");
#if !defined(ORRERY_VIEW)
    printf("%-10s %s\n", "window", "none: built without windows and pictures (ORRERY_VIEW=OFF)");
#elif !defined(ORRERY_PANEL)
    printf("%-10s %s\n", "window", "without its panel (ORRERY_PANEL=OFF)");
#else
    printf("%-10s %s\n", "window", "with its panel");
#endif
}

/* What makes films. Looked for as it will be when it is started. */
static void print_ffmpeg(void)
{
    char path[4096];
    const char *folders = getenv("PATH");
    for (const char *at = folders ? folders : ""; *at;) {
        const size_t length = strcspn(at, ":");
        const int needed = snprintf(path, sizeof path, "%.*s/ffmpeg", (int)length, at);
        if (length > 0 && needed > 0 && (size_t)needed < sizeof path && access(path, X_OK) == 0) {
            printf("%-10s %s\n", "ffmpeg", path);
            return;
        }
        at += length + (at[length] == ':');
    }
    printf("%-10s %s\n", "ffmpeg", "none, so films are numbered pictures");
}

static int doctor(const orr__command *command, int count, char **arguments)
{
    bool helped;
    const int usage = orr__args_read(command, count, arguments, NULL, NULL, &helped);
    if (usage != ORR__EXIT_FINE || helped) return usage;
    const char *path = getenv("ORRERY_LUA_PATH");
    printf("%-10s %s, job interface %u\n", "orrery", ORR_VERSION, ORR_ABI);
    printf("%-10s %s\n", "compiler", compiler());
    printf("%-10s %s\n", "lua", orr_host_engine());
    printf("%-10s %u\n", "cores", orr__cpu_count());
    printf("%-10s %s\n", "vectors", vector_width());
    print_view();
    print_ffmpeg();
    if (path && *path) printf("%-10s %s (ORRERY_LUA_PATH)\n", "lua path", path);
    orr_world *world = orr_world_create(&(orr_world_desc){ .threads = ORR_THREADS_ALL });
    if (!world) {
        fprintf(stderr, "orrery doctor: no world can be made: %s\n", orr_last_error());
        return ORR__EXIT_SIMULATION;
    }
    printf("%-10s %u threads\n", "pool", orr_world_threads(world));
    printf("%-10s", "jobs");
    for (uint32_t k = 0; k < orr_job_count(world); k++) printf(" %s", orr_job_at(world, k)->name);
    puts("");
    print_helper();
    orr_world_destroy(world);
    return ORR__EXIT_FINE;
}

const orr__command orr__command_doctor = {
    "doctor", "",     0, 0, "print versions, cores, JIT, vectors, display, window, ffmpeg, helper", "  orrery doctor\n",
    options,  doctor,
};
