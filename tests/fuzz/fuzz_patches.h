/* Steps of the fuzzer that record patches, and what the model makes of them. */
#ifndef TESTS_FUZZ_PATCHES_H
#define TESTS_FUZZ_PATCHES_H

#include "fuzz_state.h"

/* ---- patches ----------------------------------------------------------------------------------------------------- */

static bool is_entity_field(uint32_t field)
{
    return strcmp(model_fields[field].type, "entity") == 0;
}

/* A provisional handle of the list in one of its two forms, or 0. */
static uint64_t random_provisional(fuzz *f, const list *l)
{
    if (l->provisional_count == 0) {
        return 0;
    }
    const uint64_t k = 1 + below(f, l->provisional_count);
    return one_in(f, 2) ? ORR__PROVISIONAL | k : 0 - k;
}

static uint64_t list_value(fuzz *f, const list *l, uint32_t field)
{
    const uint64_t provisional = is_entity_field(field) && one_in(f, 2) ? random_provisional(f, l) : 0;
    return provisional ? provisional : random_value(f, field);
}

static int64_t list_entity(fuzz *f, const list *l)
{
    if (one_in(f, 3) && l->provisional_count) {
        return -(int64_t)(1 + below(f, l->provisional_count));
    }
    return (int64_t)(one_in(f, 4) ? any_handle(f) : live_handle(f));
}

static void record_spawn(fuzz *f, list *l)
{
    const uint32_t count = one_in(f, 30) ? below(f, 300) : below(f, 5);
    if (f->m->prefab_count == 0 || l->provisional_count + count > RESERVED || l->op_count == OPS) {
        return;
    }
    op o = { .kind = ORR__PATCH_SPAWN,
             .prefab = below(f, f->m->prefab_count),
             .count = count,
             .first = l->provisional_count,
             .edit_first = l->edit_count };
    orr__stage *stage = NULL;
    arm(f);
    if (out_of_memory(f, orr__patches_spawn(&l->patches, f->prefabs[o.prefab], count, &stage))) {
        return;
    }
    l->provisional_count += count;
    SAME(f, stage->provisional, count ? -(int64_t)o.first - 1 : 0, "provisional handle");
    for (uint32_t i = 0; count && i < 3 && l->edit_count < EDITS; i++) {
        edit e = { below(f, count), below(f, FIELDS), 0 };
        e.value = list_value(f, l, e.field);
        char *column = orr__stage_column(f->world, stage, f->fields[e.field]);
        SAME(f, column != NULL, f->m->prefabs[o.prefab].mask >> model_fields[e.field].component & 1, "stage column");
        if (column) {
            memcpy(column + (size_t)e.row * model_fields[e.field].bytes, &e.value, model_fields[e.field].bytes);
            l->edits[l->edit_count++] = e;
        }
    }
    o.edit_count = l->edit_count - o.edit_first;
    l->ops[l->op_count++] = o;
}

static void record_one(fuzz *f, list *l, op o)
{
    int32_t code = ORR_OK;
    arm(f);
    if (o.kind == ORR__PATCH_ADD) {
        code = orr__patches_add(&l->patches, o.entity, f->components[o.component]);
    } else if (o.kind == ORR__PATCH_REMOVE) {
        code = orr__patches_remove(&l->patches, o.entity, f->components[o.component]);
    } else if (o.kind == ORR__PATCH_DESTROY) {
        code = orr__patches_destroy(&l->patches, o.entity);
    } else {
        code = orr__patches_set(&l->patches, o.entity, f->fields[o.field], as_value(o.value));
    }
    if (!out_of_memory(f, code)) {
        l->ops[l->op_count++] = o;
    }
}

static void record_refused(fuzz *f, list *l)
{
    const int64_t bad[] = { 0, -(int64_t)l->provisional_count - 1, INT64_MIN, INT64_MAX, (int64_t)1 << 52 };
    SAME(f, orr__patches_destroy(&l->patches, bad[below(f, 5)]), ORR_E_DEAD, "patch for no entity");
}

static void record(fuzz *f, list *l)
{
    static const uint8_t kinds[] = { ORR__PATCH_ADD, ORR__PATCH_ADD, ORR__PATCH_REMOVE, ORR__PATCH_REMOVE,
                                     ORR__PATCH_SET, ORR__PATCH_SET, ORR__PATCH_SET,    ORR__PATCH_DESTROY };
    op o = { .kind = kinds[below(f, sizeof kinds)], .component = below(f, COMPONENTS), .field = below(f, FIELDS) };
    if (one_in(f, 6) && !(o.kind == ORR__PATCH_DESTROY && !one_in(f, 4))) { /* a run of like patches */
        const uint32_t count = random_handles(f, one_in(f, 4) ? OPS : 30, true);
        for (uint32_t i = 0; i < count && l->op_count < OPS; i++) {
            o.entity = f->handles[i] ? (int64_t)f->handles[i] : 1;
            o.value = list_value(f, l, o.field);
            record_one(f, l, o);
        }
    } else if (one_in(f, 8)) {
        record_refused(f, l);
    } else if (l->op_count < OPS) {
        o.entity = list_entity(f, l);
        o.value = list_value(f, l, o.field);
        record_one(f, l, o);
    }
}

static uint64_t resolved(const list *l, uint64_t value)
{
    if (!(value & ORR__PROVISIONAL)) {
        return value;
    }
    const uint64_t k = value >> 62 == 3 ? 0 - value : value & ~ORR__PROVISIONAL;
    return l->reserved[k - 1];
}

static void model_apply_sets(fuzz *f, list *l)
{
    for (uint32_t i = 0; i < l->op_count; i++) {
        op *o = &l->ops[i];
        bool waits = o->entity < 0 || (is_entity_field(o->field) && o->value & ORR__PROVISIONAL);
        if (o->kind != ORR__PATCH_SET) {
            continue;
        }
        for (uint32_t k = 0; k < i && !waits; k++) {
            waits = !l->ops[k].done && l->ops[k].kind != ORR__PATCH_SPAWN && l->ops[k].entity == o->entity;
        }
        const bool alive = model_find(f->m, (uint64_t)o->entity) != NULL;
        if (!waits && (!alive || model_set(f->m, (uint64_t)o->entity, o->field, o->value))) {
            o->done = true;
            f->m->dropped += !alive;
        }
    }
}

static void model_reserve_list(fuzz *f, list *l)
{
    for (uint32_t i = 0; i < l->provisional_count && !l->is_reserved; i++) {
        l->reserved[i] = model_handle(f->m, model_reserve(f->m));
    }
    l->is_reserved = true;
}

static void model_spawn(fuzz *f, const list *l, const op *o)
{
    for (uint32_t i = 0; i < o->count; i++) {
        uint64_t values[FIELDS];
        memcpy(values, f->m->prefabs[o->prefab].values, sizeof values);
        for (uint32_t k = 0; k < o->edit_count; k++) {
            const edit *e = &l->edits[o->edit_first + k];
            if (e->row == i) {
                values[e->field] = is_entity_field(e->field) ? resolved(l, e->value) : e->value;
            }
        }
        model_place(f->m, (uint32_t)(l->reserved[o->first + i] >> 20), f->m->prefabs[o->prefab].mask, values);
    }
}

/* Like patches that follow each other, at most 4,096: those of the dead are dropped, also of a second death. */
static uint32_t model_apply_run(fuzz *f, const list *l, uint32_t at)
{
    const op *first = &l->ops[at];
    uint64_t handles[4096];
    uint32_t count = 0, alive = 0;
    for (; at < l->op_count && count < 4096; at++) {
        const op *o = &l->ops[at];
        if (o->done) {
            continue;
        }
        if (o->kind != first->kind || (o->kind != ORR__PATCH_DESTROY && o->component != first->component)) {
            break;
        }
        handles[count++] = o->entity < 0 ? resolved(l, (uint64_t)o->entity) : (uint64_t)o->entity;
    }
    if (first->kind == ORR__PATCH_DESTROY) {
        f->m->dropped += count - model_kill(f->m, handles, count);
        return at;
    }
    for (uint32_t i = 0; i < count; i++) {
        handles[alive] = handles[i];
        alive += model_find(f->m, handles[i]) != NULL;
    }
    f->m->dropped += count - alive;
    model_change(f->m, handles, alive, first->component, first->kind == ORR__PATCH_ADD);
    return at;
}

static void model_apply(fuzz *f, list *l)
{
    for (uint32_t i = 0; i < l->op_count;) {
        const op *o = &l->ops[i];
        const uint64_t entity = o->entity < 0 ? resolved(l, (uint64_t)o->entity) : (uint64_t)o->entity;
        if (o->done) {
            i++;
        } else if (o->kind == ORR__PATCH_SPAWN) {
            model_spawn(f, l, o);
            i++;
        } else if (o->kind == ORR__PATCH_SET) {
            f->m->dropped +=
                !model_set(f->m, entity, o->field, is_entity_field(o->field) ? resolved(l, o->value) : o->value);
            i++;
        } else {
            i = model_apply_run(f, l, i);
        }
    }
}

/* Handles go back in the order that leaves the free list as it was. */
static void model_clear(fuzz *f, list *l)
{
    for (uint32_t i = l->provisional_count; i-- > 0 && l->is_reserved;) {
        const uint32_t index = (uint32_t)(l->reserved[i] >> 20);
        f->m->entities[index].generation++;
        f->m->free = model_grow(f->m->free, &f->m->free_capacity, f->m->free_count + 1, sizeof *f->m->free);
        f->m->free[f->m->free_count++] = index;
    }
}

static int32_t apply_lists(fuzz *f, uint32_t count, bool ahead)
{
    for (uint32_t i = 0; i < count && ahead; i++) {
        list *l = &f->lists[i];
        const int32_t code = orr__patches_reserve(&l->patches);
        if (out_of_memory(f, code)) {
            return code;
        }
        model_reserve_list(f, l);
        SAME(f, orr__patches_resolve(&l->patches), ORR_OK, "resolve");
    }
    int32_t result = ORR_OK;
    for (uint32_t i = 0; i < count; i++) {
        list *l = &f->lists[i];
        if (one_in(f, 12)) { /* its system failed */
            orr__patches_clear(&l->patches);
            model_clear(f, l);
            continue;
        }
        const int32_t code = orr__patches_apply(&l->patches);
        SAME(f, l->patches.count, 0, "patches left");
        if (out_of_memory(f, code)) {
            result = code;
        } else if (result == ORR_OK) {
            model_reserve_list(f, l);
            model_apply(f, l);
        }
    }
    return result;
}

static void step_patches(fuzz *f)
{
    const uint32_t count = 1 + below(f, LISTS);
    for (uint32_t i = 0; i < count; i++) {
        list *l = &f->lists[i];
        l->op_count = l->edit_count = l->provisional_count = 0;
        l->is_reserved = false;
        for (uint32_t n = below(f, 16); n > 0; n--) {
            if (one_in(f, 4)) {
                record_spawn(f, l);
            } else {
                record(f, l);
            }
        }
        disarm(f);
        if (one_in(f, 2)) {
            SAME(f, orr__patches_apply_sets(&l->patches), ORR_OK, "sets");
            model_apply_sets(f, l);
        }
    }
    arm(f);
    const int32_t code = apply_lists(f, count, !one_in(f, 4));
    disarm(f);
    for (uint32_t i = 0; i < count; i++) {
        orr__patches_clear(&f->lists[i].patches);
    }
    if (code != ORR_OK) {
        adopt(f);
    }
}

#endif
