/* The Lua half as it was compiled once: machines that a host makes later read that, which takes a fraction of the time. Our
 * own texts only; what scripts bring is always compiled from its text. */
#ifndef ORR_SCRIPT_CHUNK_H
#define ORR_SCRIPT_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "orrery.h"

typedef struct orr__chunk_code {
    const char *name; /* of the embedded file */
    char *bytes;
    uint32_t count, capacity;
} orr__chunk_code;

typedef struct orr__chunks {
    orr__chunk_code *items;
    uint32_t count, capacity;
} orr__chunks;

/* Leaves the function of an embedded file on the stack of a machine, or an error message; the status is that of lua_load.
 * Only a main machine keeps what it has compiled: the others are in other threads. */
int orr__chunk_load(lua_State *L, orr_host *host, const char *name, const char *text, size_t bytes, bool keeps);
void orr__chunks_fini(orr_host *host);

#endif
