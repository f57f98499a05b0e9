#include "script/watch.h"

#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "ecs/world.h"
#include "script/host.h"

/* By polling: a handful of files, a microsecond each, and it works on every file system. */
static const uint64_t look_ns = 10000000;  /* how often */
static const uint64_t soon_ns = 5000000;   /* when something has changed */
static const uint64_t still_ns = 30000000; /* so long nothing may change before it is loaded: editors write in pieces */

/* ---- files ---- */

static orr__met *find(const orr__files *files, const char *path)
{
    for (uint32_t i = 0; i < files->count; i++) {
        if (strcmp(files->items[i].path, path) == 0) return &files->items[i];
    }
    return NULL;
}

int32_t orr__files_met(orr_host *host, const char *path)
{
    orr__alloc *alloc = &host->world->alloc;
    orr__files *files = &host->files;
    orr__met *known = find(files, path);
    if (known) {
        known->stamp = orr__file_stamp_of(path);
        return ORR_OK;
    }
    if (orr__array_reserve(alloc, &files->items, &files->capacity, files->count + 1, sizeof *files->items) != ORR_OK)
        return ORR_E_MEMORY;
    char *copy = orr__alloc_string(alloc, path);
    if (!copy) return ORR_E_MEMORY;
    files->items[files->count++] = (orr__met){ copy, orr__file_stamp_of(path) };
    return ORR_OK;
}

void orr__files_join(orr_host *host, const orr__files *before)
{
    for (uint32_t i = 0; i < before->count; i++) {
        if (find(&host->files, before->items[i].path)) continue;
        if (orr__files_met(host, before->items[i].path) != ORR_OK) return; /* it is not watched */
    }
}

void orr__files_fini(orr_host *host)
{
    orr__alloc *alloc = &host->world->alloc;
    orr__files *files = &host->files;
    for (uint32_t i = 0; i < files->count; i++) orr__alloc_string_free(alloc, files->items[i].path);
    orr__array_free(alloc, &files->items, &files->capacity, sizeof *files->items);
    files->count = 0;
}

/* ---- watching ---- */

static uint64_t hash_stamps(const orr_host *host)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < host->files.count; i++)
        hash = orr__hash_bytes(&host->files.items[i].stamp, sizeof(orr__file_stamp), hash);
    return hash;
}

/* The same of the files as they are now; and how long ago the last of them changed. */
static uint64_t look(const orr_host *host, uint64_t *age_ns)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < host->files.count; i++) {
        const orr__met *met = &host->files.items[i];
        const orr__file_stamp now = orr__file_stamp_of(met->path);
        hash = orr__hash_bytes(&now, sizeof now, hash);
        if (memcmp(&now, &met->stamp, sizeof now) == 0) continue;
        const uint64_t age = orr__file_age_ns(&now);
        if (age < *age_ns) *age_ns = age;
    }
    return hash;
}

static int32_t load(orr_host *host)
{
    const int32_t status = orr_host_reload(host);
    host->watch.settled = host->watch.seen = hash_stamps(host);
    return status == ORR_OK ? 1 : status;
}

int32_t orr_host_watch(orr_host *host)
{
    if (orr__world_mine(host->world, "orr_host_watch")) return orr__error_code();
    orr__watch *watch = &host->watch;
    const uint64_t now = orr__clock_ns();
    if (now < watch->next_ns || host->from_text) return 0;
    watch->next_ns = now + look_ns;
    if (!watch->settled) watch->settled = watch->seen = hash_stamps(host);
    uint64_t age_ns = now - watch->looked_ns; /* then it was as it was */
    const uint64_t hash = look(host, &age_ns);
    watch->looked_ns = now;
    if (hash == watch->settled) {
        watch->seen = hash;
        return 0;
    }
    watch->next_ns = now + soon_ns;
    if (hash != watch->seen) watch->since_ns = now - age_ns;
    watch->seen = hash;
    if (now - watch->since_ns < still_ns) return 0;
    return load(host);
}
