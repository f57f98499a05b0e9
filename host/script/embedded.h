#ifndef ORR_SCRIPT_EMBEDDED_H
#define ORR_SCRIPT_EMBEDDED_H

#include <stddef.h>

/*
 * The files that are embedded into the library at build time, so that an installed copy needs none beside it:
 * the Lua half as "orrery/init.lua" and so on, and the ffi declarations as "ffi/job.h" and "ffi/seam.h"
 * (the parts of host/orrery_job.h and host/script/seam.h between their two marker comments).
 * Written by cmake/embed.cmake. All of it is constant and lives as long as the program.
 */
typedef struct orr__embedded {
    const char *name;
    const unsigned char *bytes; /* followed by one zero byte that `size` does not count */
    size_t size;
} orr__embedded;

extern const orr__embedded orr__embedded_files[]; /* by name; a row of zeros closes it */
extern const size_t orr__embedded_count;

#endif
