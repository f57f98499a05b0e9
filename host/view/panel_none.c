/* A library without the panel: the window has its picture and its keys. Compiled instead of the C++ files when
 * ORRERY_PANEL is OFF. */
#include "view/panel.h"

orr__panel *orr__panel_create(SDL_Window *window, SDL_Renderer *renderer, double scale)
{
    (void)window;
    (void)renderer;
    (void)scale;
    return NULL;
}

bool orr__panel_is_built(void)
{
    return false;
}

void orr__panel_destroy(orr__panel *panel)
{
    (void)panel;
}

bool orr__panel_event(orr__panel *panel, const SDL_Event *event)
{
    (void)panel;
    (void)event;
    return false;
}

void orr__panel_draw(orr__panel *panel, const orr__panel_view *view)
{
    (void)panel;
    (void)view;
}

void orr__panel_hide(orr__panel *panel, bool hidden)
{
    (void)panel;
    (void)hidden;
}

void orr__panel_lock(orr__panel *panel)
{
    (void)panel;
}

bool orr__panel_hidden(const orr__panel *panel)
{
    (void)panel;
    return true;
}

bool orr__panel_helps(const orr__panel *panel)
{
    (void)panel;
    return false;
}

double orr__panel_covers(const orr__panel *panel)
{
    (void)panel;
    return 0;
}

void orr__panel_help(orr__panel *panel, bool shown)
{
    (void)panel;
    (void)shown;
}

void orr__panel_theme(orr__panel *panel, bool light)
{
    (void)panel;
    (void)light;
}
