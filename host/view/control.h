/* From events of the window to what they ask for. */
#ifndef ORR_VIEW_CONTROL_H
#define ORR_VIEW_CONTROL_H

#include "view/window.h"

/* Where the mouse is, of every event, also of those that the panel takes. */
void orr__control_track(orr__window *window, const SDL_Event *event);
void orr__control_event(orr__window *window, const SDL_Event *event);

#endif
