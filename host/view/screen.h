/* The screen: a window of the system, what draws on it, how dense and how fast it is. Knows nothing of worlds. */
#ifndef ORR_VIEW_SCREEN_H
#define ORR_VIEW_SCREEN_H

#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <SDL.h>

typedef struct orr__screen {
    SDL_Window *window;
    SDL_Renderer *renderer;
    bool opened;          /* SDL was */
    int width, height;    /* of the picture, in pixels */
    double pixels;        /* of the picture for each one that the mouse counts: 2 where the system scales by 2 */
    double scale;         /* pixels for each pixel of a size */
    double wanted;        /* scale that was asked for; 0: the display's */
    double rate;          /* pictures a second that the display shows */
    uint64_t due_ns;      /* when the next picture is */
    _Atomic bool is_lost; /* the display has gone away: nothing can be asked of it any more */
    bool armed;           /* `back` is where to go then */
    jmp_buf back;
} orr__screen;

/* scale 0: what the display is made for. ORR_E_NOT_FOUND, "no display" with the reason; to be closed also then. */
int32_t orr__screen_open(orr__screen *screen, const char *title, uint32_t width, uint32_t height, double scale);
void orr__screen_close(orr__screen *screen); /* allowed on a zeroed struct */

/* Takes note of its size now, and of the display that it is on. */
void orr__screen_measure(orr__screen *screen);
/* Nobody sees it: drawing would be for nothing. */
bool orr__screen_is_hidden(const orr__screen *screen);
/* Sleeps until the next picture is due: where nothing else does, as without vsync, pictures are made no faster than they
 * are shown, and ten times a second while nobody sees them. */
void orr__screen_rest(orr__screen *screen);

#endif
