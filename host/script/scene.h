/* What `orrery.draw` says, collected call by call and handed to the world as a scene. */
#ifndef ORR_SCRIPT_SCENE_H
#define ORR_SCRIPT_SCENE_H

#include "base/arena.h"
#include "orrery.h"
#include "script/seam.h"
#include "sim/scene.h"

typedef struct orr__scene_draft {
    orr__arena arena; /* of texts and colours */
    orr_scene_desc desc;
    orr_layer layers[ORR__LAYERS_MAX];
    uint32_t colours[ORR__COLOURS_MAX]; /* of the layer that is being declared */
} orr__scene_draft;

void orr__scene_draft_init(orr__scene_draft *draft, orr_world *world);
void orr__scene_draft_fini(orr__scene_draft *draft);

/* What the seam's functions of the same names do. A scene is kept from one orrery.draw to the next, which adds to it. */
double orr__scene_colour(orr__machine *m, const char *text);
const char *orr__scene_map(orr__machine *m, uint32_t index);
int32_t orr__scene_layer(orr__machine *m, uint32_t kind, uint32_t query);
int32_t orr__scene_amount(orr__machine *m, uint32_t key, uint32_t component, uint32_t field, uint32_t param,
                          double value);
int32_t orr__scene_text(orr__machine *m, uint32_t key, const char *text);
int32_t orr__scene_number(orr__machine *m, uint32_t key, double value);
int32_t orr__scene_set(orr__machine *m);

#endif
