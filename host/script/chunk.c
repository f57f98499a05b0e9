#include "script/chunk.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "base/array.h"
#include "base/error.h"
#include "ecs/world.h"
#include "script/host.h"

enum { NAME_BYTES = 256 };

static const orr__chunk_code *find(const orr__chunks *chunks, const char *name)
{
    for (uint32_t i = 0; i < chunks->count; i++) {
        if (strcmp(chunks->items[i].name, name) == 0) return &chunks->items[i];
    }
    return NULL;
}

typedef struct dumped {
    orr__alloc *alloc;
    orr__chunk_code *code;
} dumped;

static int take(lua_State *L, const void *bytes, size_t count, void *context)
{
    (void)L;
    const dumped *to = context;
    orr__chunk_code *code = to->code;
    if (orr__array_reserve(to->alloc, &code->bytes, &code->capacity, code->count + (uint32_t)count, 1) != ORR_OK)
        return 1;
    memcpy(code->bytes + code->count, bytes, count);
    code->count += (uint32_t)count;
    return 0;
}

/* The function on top of the stack. Without memory it is compiled again by the next one. */
static void keep(lua_State *L, orr_host *host, const char *name)
{
    orr__alloc *alloc = &host->world->alloc;
    orr__chunks *chunks = &host->chunks;
    if (orr__array_reserve(alloc, &chunks->items, &chunks->capacity, chunks->count + 1, sizeof *chunks->items) ==
        ORR_OK) {
        orr__chunk_code *code = &chunks->items[chunks->count];
        *code = (orr__chunk_code){ .name = name };
        if (lua_dump(L, take, &(dumped){ alloc, code }) == 0) {
            chunks->count++;
            return;
        }
        orr__array_free(alloc, &code->bytes, &code->capacity, 1);
    }
    orr__error_clear();
}

int orr__chunk_load(lua_State *L, orr_host *host, const char *name, const char *text, size_t bytes, bool keeps)
{
    char shown[NAME_BYTES];
    snprintf(shown, sizeof shown, "=%s", name);
    const orr__chunk_code *code = find(&host->chunks, name);
    if (code) return luaL_loadbufferx(L, code->bytes, code->count, shown, "b");
    const int status = luaL_loadbufferx(L, text, bytes, shown, "t");
    if (status == 0 && keeps) keep(L, host, name);
    return status;
}

void orr__chunks_fini(orr_host *host)
{
    orr__alloc *alloc = &host->world->alloc;
    orr__chunks *chunks = &host->chunks;
    for (uint32_t i = 0; i < chunks->count; i++)
        orr__array_free(alloc, &chunks->items[i].bytes, &chunks->items[i].capacity, 1);
    orr__array_free(alloc, &chunks->items, &chunks->capacity, sizeof *chunks->items);
    chunks->count = 0;
}
