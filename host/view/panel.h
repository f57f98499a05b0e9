/* The panel over the picture: buttons, sliders, plots, tables. Everything it shows is plain data, everything it is asked
 * for goes through the table of actions. panel.cpp and panel_*.cpp draw it with Dear ImGui; without a C++ compiler
 * (ORRERY_PANEL=OFF) panel_none.c stands for them, and the keys do what keys can. */
#ifndef ORR_VIEW_PANEL_H
#define ORR_VIEW_PANEL_H

#include <SDL.h>

#include "orrery.h"
#include "sim/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A series over time: the newest `count` values, oldest first. */
typedef struct orr__history {
    const char *name;
    const float *values;
    uint32_t count;
} orr__history;

enum { ORR__SOUGHT_BYTES = 128 };

/* What a person may ask for. Each is called on the window's thread. */
typedef struct orr__panel_actions {
    void *context;
    void (*pause)(void *context, bool paused);
    void (*step)(void *context);
    void (*speed)(void *context, double speed); /* negative: as fast as it can */
    void (*restart)(void *context, bool same_seed);
    void (*fit)(void *context);
    void (*follow)(void *context, orr_entity entity); /* 0: nobody */
    void (*inspect)(void *context, orr_entity entity);
    void (*seek)(void *context, const char *text); /* the next one of which that is true: sim/seek.h */
    void (*set_param)(void *context, orr_param param, double value);
    void (*set_field)(void *context, orr_entity entity, orr_field field, orr_value value);
    void (*enable)(void *context, orr_system system, bool enabled);
    void (*console)(void *context, const char *text);
    void (*picture)(void *context);
    void (*lanes)(void *context, bool on); /* whether the report has what the threads do */
} orr__panel_actions;

/* What is shown. */
typedef struct orr__panel_view {
    const orr__report *report; /* NULL: none yet */
    const orr__history *histories;
    uint32_t history_count;
    const char *title;
    double time, dt, speed, ticks_per_second, frames_per_second;
    uint64_t seed;
    bool paused, lockstep, can_restart, has_console;
    bool marked; /* the inspected entity is at mark_x, mark_y of the window */
    float mark_x, mark_y;
    orr_entity followed;
    const char *error;  /* "" when all is well */
    const char *notice; /* something to be read for a while; "" */
    orr__panel_actions actions;
} orr__panel_view;

typedef struct orr__panel orr__panel;

/* NULL: without a panel, or no memory. `scale`: pixels for each pixel of a size, which is more than those for each one
 * that the mouse counts where the system does not scale and the display is dense. */
orr__panel *orr__panel_create(SDL_Window *window, SDL_Renderer *renderer, double scale);
void orr__panel_destroy(orr__panel *panel); /* takes NULL */
/* Whether this library has one: then NULL means that there was no memory. */
bool orr__panel_is_built(void);

/* Offers an event; true: it was meant for the panel. */
bool orr__panel_event(orr__panel *panel, const SDL_Event *event);
/* Draws it over what the renderer holds. */
void orr__panel_draw(orr__panel *panel, const orr__panel_view *view);

/* How much of the window it covers at the left, in what the mouse counts; 0: it is hidden. */
double orr__panel_covers(const orr__panel *panel);
void orr__panel_hide(orr__panel *panel, bool hidden);
/* Hidden for good; what is said over the picture still is. */
void orr__panel_lock(orr__panel *panel);
bool orr__panel_hidden(const orr__panel *panel);
void orr__panel_help(orr__panel *panel, bool shown); /* the list of keys */
bool orr__panel_helps(const orr__panel *panel);
void orr__panel_theme(orr__panel *panel, bool light);

#ifdef __cplusplus
}
#endif

#endif
