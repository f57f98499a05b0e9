/* The reel: where the frames of a film go: to ffmpeg, or into numbered pictures. */
#ifndef ORR_VIEW_REEL_H
#define ORR_VIEW_REEL_H

#include <stdbool.h>

#include "base/os.h"
#include "base/os_pipe.h"
#include "view/canvas.h"

typedef struct orr__reel {
    orr__alloc *alloc;
    char *path;     /* as it was asked for */
    char *numbered; /* of a picture; NULL: frames go to the program */
    size_t numbered_bytes;
    uint8_t *row; /* of one frame, R, G, B */
    size_t row_bytes;
    orr__file file; /* that the program writes */
    orr__pipe pipe;
    uint64_t frames;
} orr__reel;

/* ORR_E_FILE when it cannot be written there, ORR_E_ARGUMENT for a name that is none of a film. */
int32_t orr__reel_open(orr__reel *reel, orr__alloc *alloc, const char *path, uint32_t width, uint32_t height,
                       double fps);
int32_t orr__reel_add(orr__reel *reel, const orr__canvas *canvas);
/* Allowed on a zeroed struct. */
int32_t orr__reel_close(orr__reel *reel, bool keep);

#endif
