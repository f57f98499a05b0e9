#include "ecs/edition.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "ecs/world.h"

int32_t orr__edition_begin(orr_world *world)
{
    ORR__ASSERT(!world->edition);
    orr__edition *edition = orr__alloc_zero(&world->alloc, sizeof *edition, 0);
    if (!edition) return ORR_E_MEMORY;
    edition->last_note = &edition->notes;
    edition->component_count = world->component_count;
    edition->table_count = world->table_count;
    edition->query_count = world->query_count;
    edition->prefab_count = world->prefab_count;
    edition->lattice_count = world->lattice_count;
    for (uint32_t i = 0; i < world->prefab_count; i++) orr__hidden_begin(&world->prefabs[i]->hidden);
    for (uint32_t i = 0; i < world->lattice_count; i++) orr__hidden_begin(&world->lattices[i]->hidden);
    world->edition = edition;
    return ORR_OK;
}

/* ---- steps ---- */

void *orr__undo_new(orr_world *world, size_t bytes)
{
    orr__undo *undo = orr__alloc_zero(&world->alloc, bytes, 0);
    if (undo) undo->bytes = bytes;
    return undo;
}

void orr__undo_push(orr_world *world, orr__undo *undo)
{
    undo->next = world->edition->undo;
    world->edition->undo = undo;
}

void orr__undo_free(orr_world *world, orr__undo *undo)
{
    if (undo) orr__alloc_free(&world->alloc, undo, undo->bytes);
}

void orr__edition_note_add(orr_world *world, int32_t level, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    const int told = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (told > 0) orr__text_cut(text, sizeof text, (size_t)told);
    const size_t length = strlen(text) + 1;
    orr__edition_note *note = orr__alloc_new(&world->alloc, sizeof *note + length, 0);
    if (!note) {
        orr__error_clear();
        return;
    }
    note->next = NULL;
    note->level = level;
    note->bytes = sizeof *note + length;
    memcpy(note->text, text, length);
    *world->edition->last_note = note;
    world->edition->last_note = &note->next;
}

/* ---- the end ---- */

static void finish(orr_world *world)
{
    orr__edition *edition = world->edition;
    world->edition = NULL;
    for (orr__edition_note *note = edition->notes, *next; note; note = next) {
        next = note->next;
        orr__alloc_free(&world->alloc, note, note->bytes);
    }
    orr__alloc_free(&world->alloc, edition, sizeof *edition);
}

void orr__edition_keep(orr_world *world)
{
    for (orr__undo *undo = world->edition->undo, *next; undo; undo = next) {
        next = undo->next;
        if (undo->forget) undo->forget(world, undo);
        orr__undo_free(world, undo);
    }
    finish(world);
}

void orr__edition_undo(orr_world *world)
{
    const orr__edition *edition = world->edition;
    orr__prefab_drop(world, edition->prefab_count);
    for (orr__undo *undo = edition->undo, *next; undo; undo = next) {
        next = undo->next;
        undo->revert(world, undo);
        orr__undo_free(world, undo);
    }
    orr__query_drop(world, edition->query_count);
    orr__table_drop(world, edition->table_count);
    orr__lattice_drop(world, edition->lattice_count);
    orr__component_drop(world, edition->component_count);
    for (uint32_t i = 0; i < world->prefab_count; i++) world->prefabs[i]->hidden.now = world->prefabs[i]->hidden.before;
    for (uint32_t i = 0; i < world->lattice_count; i++)
        world->lattices[i]->hidden.now = world->lattices[i]->hidden.before;
    world->version++;
    finish(world);
}
