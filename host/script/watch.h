/* The files that a script's text is made of, and whether they were saved since. */
#ifndef ORR_SCRIPT_WATCH_H
#define ORR_SCRIPT_WATCH_H

#include "base/os.h"
#include "orrery.h"

/* The script, and what it required or looked for. */
typedef struct orr__met {
    char *path;
    orr__file_stamp stamp; /* from before it was read */
} orr__met;

typedef struct orr__files {
    orr__met *items;
    uint32_t count, capacity;
} orr__files;

/* All zero: nobody has asked yet. Times by orr__clock_ns. */
typedef struct orr__watch {
    uint64_t next_ns;       /* not looked at before */
    uint64_t looked_ns;     /* when it was looked at last */
    uint64_t seen, settled; /* hashes of stamps: at the last look; of what was loaded or refused last. 0: none */
    uint64_t since_ns;      /* since when the files are as they were at the last look */
} orr__watch;

/* Before the file is read. ORR_E_MEMORY. */
int32_t orr__files_met(orr_host *host, const char *path);
/* A text could not be loaded: what the one before was made of is watched too, as it is now. */
void orr__files_join(orr_host *host, const orr__files *before);
void orr__files_fini(orr_host *host);

#endif
