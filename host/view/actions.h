/* What a panel asks for, done to a window and its world: see panel.h. What changes the world is posted to its thread. */
#ifndef ORR_VIEW_ACTIONS_H
#define ORR_VIEW_ACTIONS_H

#include "view/panel.h"
#include "view/window.h"

orr__panel_actions orr__actions_of(orr__window *window);

#endif
