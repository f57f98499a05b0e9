/* Driving: how a window lets its world run, stops it, takes another one. Nothing here waits for a tick. */
#ifndef ORR_VIEW_DRIVE_H
#define ORR_VIEW_DRIVE_H

#include "view/window.h"

/* Opens a show, lets the world run. What fails from its startup on is shown. */
int32_t orr__drive_begin(orr__window *window);
/* What came of it: it failed, has done its ticks, was replaced. With lockstep: one tick. */
void orr__drive_turn(orr__window *window);
/* Some times a second: publishes no more states than pictures are made of. */
void orr__drive_states(orr__window *window);
/* As often: says so when a tick does not end. */
void orr__drive_watch(orr__window *window);
/* What failed is the world's startup: a world that is mended begins again. */
bool orr__drive_never_began(const orr__window *window);
/* The world is given back, and nothing of the window refers to it; the code of its last tick. */
int32_t orr__drive_end(orr__window *window);
/* Input of a person; what is wrong with it is said. */
void orr__drive_input(orr__window *window, const orr_input *input);
/* Has the function called on the thread of the world, and a state published; false: it could not, which was said. */
bool orr__drive_post(orr__window *window, orr_post_function *function, void *context);

#endif
