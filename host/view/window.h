/* A window over a world.
 *
 *   orr__window_frame    events -> what they ask for        the world's own thread (sim/free.c)
 *                      the newest state of the mailbox <─────── publishes states at its own pace
 *                      draw, panel, present           ───────> pause, pace, posted calls
 *
 * The window never waits for the world and never runs its systems or its Lua: what is to happen there is posted. With
 * lockstep the window itself steps the world once a frame. */
#ifndef ORR_VIEW_WINDOW_H
#define ORR_VIEW_WINDOW_H

#include "orrery.h"
#include "sim/scene.h"
#include "view/camera.h"
#include "view/draw.h"
#include "view/history.h"
#include "view/panel.h"
#include "view/restart.h"
#include "view/screen.h"
#include "view/tend.h"
#include "view/text.h"

typedef struct orr__window {
    orr_world *world; /* not to be touched while restart.active */
    orr__alloc alloc; /* with the hooks of the first world: it outlives a restart */
    orr_window_desc desc;
    orr__screen screen;
    orr__drawer *drawer;
    orr__show *show;       /* NULL: none, while it restarts */
    const orr_mail *state; /* held: the newest one that was seen; NULL: none yet */
    orr__camera camera;
    bool fitted;         /* the camera was set up for a state */
    bool moved;          /* by hand since it was fitted */
    bool runs, paused;   /* runs: the world has its thread */
    bool dragging, over; /* over: somebody closed the window */
    uint32_t given;      /* SDL_BUTTON masks that were pressed for the script and are held */
    double speed;
    uint64_t seed, frames;
    bool console;        /* the world runs lines of text */
    orr_entity followed; /* the camera stays on it; 0: nobody */
    orr__panel *panel;   /* NULL: none */
    orr__text *letters;  /* of what is said without one; NULL: nothing yet */
    orr__histories histories;
    uint64_t rate_ns, rate_tick, rate_frame; /* when, and what was done by then: for the rates */
    double ticks_per_second, frames_per_second;
    _Atomic double states_per_second; /* the world's thread takes it when it comes to that */
    const orr__show *drawn_show;      /* what is on the canvas: it is not painted again */
    uint64_t drawn_state;
    orr__camera drawn_camera;
    double input_x, input_y; /* of the last input */
    int mouse_x, mouse_y;    /* by the events, which may be older than where the mouse is now */
    int press_x, press_y;    /* where a button went down */
    bool light;
    bool resumes;     /* paused by an error and not by somebody: goes on when the script is mended */
    char notice[512]; /* something to be read for a while */
    uint64_t notice_ns;
    uint64_t late_tick, late_ns; /* the last tick that was seen, and when */
    uint64_t error_note;         /* the last error of the log that was shown */
    uint32_t pictures;           /* taken so far */
    orr__tend tend;
    orr__restart restart;
    int32_t code; /* of the tick that failed, with its text */
    char error[2048];
    _Atomic bool step_failed; /* a single step, on the world's thread */
    int32_t step_code;
    char step_text[2048];
} orr__window;

/* Opens the window and lets the world run. ORR_E_NOT_FOUND without a display. */
int32_t orr__window_open(orr__window *window, orr_world *world, const orr_window_desc *desc);
/* One picture; false: it is over. */
bool orr__window_frame(orr__window *window);
/* Stops the world, closes the window; the code of the world's last tick. */
int32_t orr__window_close(orr__window *window);

/* What keys and buttons ask for. */
void orr__window_pause(orr__window *window, bool paused);
void orr__window_step(orr__window *window);
void orr__window_speed(orr__window *window, double speed); /* negative: as fast as it can */
void orr__window_fit(orr__window *window);
void orr__window_restart(orr__window *window, bool same_seed);
void orr__window_picture(orr__window *window); /* of what is shown, into a new PNG file in the working folder */
void orr__window_notice(orr__window *window, const char *text);

#endif
