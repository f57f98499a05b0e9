/* Scenes: what a picture of a world is made of, as plain data.
 *
 *   orr_scene_set ──> orr__scene (the world's, counted) ──> orr__show (a viewer's: the scene and a mailbox that holds
 *                                                            the columns which its layers name)
 *                     state of the mailbox + scene ──> view: gathers, draws
 *
 * A world without viewers has no mailbox for its scene: being drawable costs nothing. A scene does not change once it
 * is made; orr_scene_set makes another one, and a viewer that sees a new version opens a new show. */
#ifndef ORR_SIM_SCENE_H
#define ORR_SIM_SCENE_H

#include "base/arena.h"
#include "orrery.h"

#define ORR__COLOURS_MAX 64u
#define ORR__LAYERS_MAX 64u

typedef struct orr__scene {
    orr__arena arena;
    orr_scene_desc desc; /* texts and lists are copies; maps are colours; defaults are filled in */
    uint32_t holders;    /* the world and the shows; counted on the thread of the world */
} orr__scene;

typedef struct orr__show {
    orr_world *world;
    orr__scene *scene;
    uint64_t version; /* of world->sim->scene_version */
    orr_mailbox *mailbox;
    uint32_t subscription[ORR__LAYERS_MAX]; /* of each layer, in the mailbox; lattices have none */
} orr__show;

/* What a viewer needs to draw the world's present scene; a world without scene has one without layers. `readers`: states
 * it holds at once. On the thread of the world, between ticks; NULL with the error set. */
orr__show *orr__show_open(orr_world *world, uint32_t readers);
/* Takes NULL. No state may be held any more. */
void orr__show_close(orr__show *show);

/* For editions (sim/reload.h): takes the scene away from the world; gives it back in place of the one it has; or is done
 * with it. Take NULL. */
orr__scene *orr__scene_take(orr_world *world);
void orr__scene_give(orr_world *world, orr__scene *scene);
void orr__scene_drop(orr_world *world, orr__scene *scene);

void orr__scene_fini(orr_world *world);

#endif
