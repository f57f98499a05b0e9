/* tsan: no */
/* fuzz_world: random commands given to a world and to a model of it (fuzz_model.h), which then must agree.
 *
 *     fuzz_world [--seeds N] [--seed S] [--steps N] [--every N] [--memory 0|1]
 *
 * Every seed is a world of its own; S is the first one. --memory 1 makes allocations fail at random; without it half of
 * the seeds do. The whole state is compared every N steps and after everything that failed. A difference ends the
 * program with the seed, the step, what differed, and exit code 1; --every 1 finds the step that caused it. */
#include "fuzz_patches.h"

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void step_prefab(fuzz *f)
{
    model *m = f->m;
    orr_component components[COMPONENTS + 1];
    orr_prefab_value values[FIELDS];
    uint32_t count = 0, parent = m->prefab_count && one_in(f, 3) ? 1 + below(f, m->prefab_count) : 0;
    const uint32_t own = (uint32_t)(bits(f) & bits(f)) & (TABLES - 1);
    model_prefab made = { 0 };
    for (uint32_t c = 0; c < COMPONENTS; c++) {
        model_defaults(made.values, c);
    }
    if (parent) {
        made = m->prefabs[parent - 1];
    }
    made.mask |= own;
    for (uint32_t i = 0; i < FIELDS; i++) {
        if (made.mask & 1u << model_fields[i].component && one_in(f, 3)) {
            made.values[i] = one_in(f, 2) ? model_fields[i].value : random_value(f, i);
            values[count++] = (orr_prefab_value){ f->fields[i], as_value(made.values[i]) };
        }
    }
    uint32_t same = UINT32_MAX;
    for (uint32_t p = 0; p < m->prefab_count; p++) {
        bool equal = m->prefabs[p].mask == made.mask;
        for (uint32_t i = 0; i < FIELDS; i++) {
            equal =
                equal && (!(made.mask & 1u << model_fields[i].component) || m->prefabs[p].values[i] == made.values[i]);
        }
        same = equal ? p : same;
    }
    if (m->prefab_count == PREFABS) {
        return;
    }
    arm(f);
    const orr_prefab real =
        orr_prefab_create(f->world, &(orr_prefab_desc){ .parent = parent ? f->prefabs[parent - 1] : 0,
                                                        .components = list_of(f, own, components),
                                                        .values = values,
                                                        .value_count = count });
    if (out_of_memory(f, real ? ORR_OK : orr__error_code())) {
        return;
    }
    if (same != UINT32_MAX) {
        SAME(f, real, f->prefabs[same], "prefab of an equal set");
        return;
    }
    SAME(f, real, m->prefab_count + 1, "new prefab");
    f->prefabs[m->prefab_count] = real;
    m->prefabs[m->prefab_count++] = made;
    model_table_exists(m, made.mask);
}

static void step_spawn(fuzz *f)
{
    if (f->m->prefab_count == 0) {
        return;
    }
    const uint32_t p = below(f, f->m->prefab_count);
    uint32_t count = below(f, 4);
    count = one_in(f, 8) ? below(f, 200) : one_in(f, 200) ? below(f, HANDLES) : count;
    if (f->m->alive + count > 12000) {
        return;
    }
    const bool wants = one_in(f, 2);
    arm(f);
    if (out_of_memory(f, orr_entity_spawn(f->world, f->prefabs[p], count, wants ? f->handles : NULL))) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t index = model_reserve(f->m);
        if (wants) {
            SAME(f, f->handles[i], model_handle(f->m, index), "new handle");
        }
        model_place(f->m, index, f->m->prefabs[p].mask, f->m->prefabs[p].values);
    }
}

static void step_destroy(fuzz *f)
{
    const uint32_t count = random_handles(f, f->m->alive > 3000 || one_in(f, 20) ? HANDLES : 20, false);
    arm(f);
    if (!out_of_memory(f, orr_entity_destroy(f->world, f->handles, count))) {
        model_kill(f->m, f->handles, count);
    }
}

static void step_add_remove(fuzz *f)
{
    const uint32_t c = below(f, COMPONENTS), count = random_handles(f, one_in(f, 10) ? HANDLES : 40, false);
    const bool adds = one_in(f, 2);
    arm(f);
    const int32_t code = adds ? orr_entity_add(f->world, f->handles, count, f->components[c])
                              : orr_entity_remove(f->world, f->handles, count, f->components[c]);
    if (!out_of_memory(f, code)) {
        model_change(f->m, f->handles, count, c, adds);
    }
}

/* Whole records, laid out as the public header says; fields one by one. */
static void step_values(fuzz *f)
{
    const uint64_t handle = any_handle(f);
    const uint32_t component = below(f, COMPONENTS);
    const model_entity *entity = model_find(f->m, handle);
    const bool has = entity && entity->mask & 1u << component;
    unsigned char record[64] = { 0 };
    const bool sets = one_in(f, 2);
    uint64_t values[FIELDS] = { 0 };
    size_t offset = 0;
    SAME(f, orr_entity_is_alive(f->world, handle), entity != NULL, "is alive");
    SAME(f, orr_entity_has(f->world, handle, f->components[component]), has, "has");
    if (!sets &&
        orr_entity_get(f->world, handle, f->components[component], record) != (has ? ORR_OK : orr__error_code())) {
        differ(f, "get of what %s", has ? "is there" : "is not there");
    }
    for (uint32_t i = 0; i < FIELDS; i++) {
        if (model_fields[i].component == component) {
            const uint32_t bytes = model_fields[i].bytes;
            offset = (offset + bytes - 1) / bytes * bytes;
            values[i] = random_value(f, i);
            if (sets) {
                memcpy(record + offset, &values[i], bytes);
            } else if (has) {
                SAME(f, load(record + offset, 0, bytes), entity->values[i], "field of a record");
                SAME(f, load(orr_entity_read(f->world, handle, f->fields[i]), 0, bytes), entity->values[i], "field");
            }
            offset += bytes;
        }
    }
    if (sets) {
        SAME(f, orr_entity_set(f->world, handle, f->components[component], record) == ORR_OK, has, "set");
        for (uint32_t i = 0; i < FIELDS && has; i++) {
            if (model_fields[i].component == component) {
                model_set(f->m, handle, i, values[i]);
            }
        }
        if (has) {
            model_mark(f->m, (uint32_t)(handle >> 20), 1u << component);
        }
    }
}

static void step_field(fuzz *f)
{
    const uint32_t field = below(f, FIELDS);
    const uint64_t handle = any_handle(f), value = random_value(f, field);
    void *at = orr_entity_write(f->world, handle, f->fields[field]);
    SAME(f, at != NULL, model_set(f->m, handle, field, value), "field to write");
    if (at) {
        memcpy(at, &value, model_fields[field].bytes);
    }
}

static void step_fill(fuzz *f)
{
    static unsigned char in[(1 << 16) * 8];
    const uint32_t q = below(f, QUERIES), field = below(f, FIELDS), bytes = model_fields[field].bytes;
    if (!(f->masks[q].all & 1u << model_fields[field].component)) {
        return;
    }
    expect(f, &f->masks[q]);
    for (uint32_t i = 0; i < f->expected_count; i++) {
        const uint64_t value = random_value(f, field);
        memcpy(in + (size_t)i * bytes, &value, bytes);
        model_set(f->m, model_handle(f->m, f->expected[i]), field, value);
    }
    SAME(f, orr_query_fill(f->world, f->queries[q], f->fields[field], in, f->expected_count), ORR_OK, "fill");
}

static void step_tracker(fuzz *f)
{
    const uint32_t t = below(f, TRACKERS);
    model_tracker *tracker = &f->m->trackers[t];
    orr_component components[COMPONENTS + 1];
    if (!tracker->used) {
        const uint32_t mask = 1u << below(f, COMPONENTS) | 1u << below(f, COMPONENTS);
        arm(f);
        const orr_tracker real = orr_tracker_create(f->world, list_of(f, mask, components));
        if (out_of_memory(f, real ? ORR_OK : orr__error_code())) {
            return;
        }
        f->trackers[t] = real;
        tracker->used = true;
        tracker->mask = mask;
        tracker->log_count = 0;
        for (uint32_t i = 0; i < f->m->entity_count; i++) {
            f->m->entities[i].dirty[t] = f->m->entities[i].alive ? f->m->entities[i].mask & mask : 0;
        }
    } else if (one_in(f, 3)) {
        orr_tracker_destroy(f->world, f->trackers[t]);
        tracker->used = false;
    } else {
        orr_tracker_clear(f->world, f->trackers[t]);
        tracker->log_count = 0;
        for (uint32_t i = 0; i < f->m->entity_count; i++) {
            f->m->entities[i].dirty[t] = 0;
        }
    }
}

/* Calls that must be refused and change nothing. */
static void step_refused(fuzz *f)
{
    const uint32_t count = random_handles(f, 10, false);
    const uint64_t bad[] = { 0, UINT64_MAX, (uint64_t)1 << 52, (uint64_t)f->m->entity_count << 20 | 1,
                             f->m->entity_count ? any_handle(f) + 1 : 0 };
    f->handles[count] = bad[below(f, sizeof bad / sizeof bad[0])];
    SAME(f, orr_entity_destroy(f->world, f->handles, count + 1), ORR_E_DEAD, "destroy of a dead entity");
    SAME(f, orr_entity_add(f->world, f->handles, count + 1, f->components[0]), ORR_E_DEAD, "add to a dead entity");
    SAME(f, orr_entity_remove(f->world, f->handles, count + 1, f->components[0]), ORR_E_DEAD, "remove from the dead");
    f->world->locked = 1;
    SAME(f, orr_entity_destroy(f->world, f->handles, count), ORR_E_LOCKED, "destroy while locked");
    SAME(f, orr_entity_spawn(f->world, 1, 1, NULL), ORR_E_LOCKED, "spawn while locked");
    f->world->locked = 0;
}

/* ---- a seed ------------------------------------------------------------------------------------------------------ */

typedef struct command {
    const char *name;
    void (*step)(fuzz *f);
    uint32_t weight;
} command;

static const command commands[] = {
    { "prefab", step_prefab, 3 },   { "spawn", step_spawn, 10 },
    { "destroy", step_destroy, 6 }, { "add or remove", step_add_remove, 16 },
    { "record", step_values, 10 },  { "field", step_field, 10 },
    { "fill", step_fill, 3 },       { "tracker", step_tracker, 4 },
    { "refused", step_refused, 2 }, { "patches", step_patches, 20 },
};

static void set_up(fuzz *f)
{
    static const uint32_t counts[COMPONENTS] = { 2, 1, 0, 2, 3, 0, 2, 1 };
    f->m = model_create();
    f->world = orr__world_create(&(orr_allocator){ f, allocate, release });
    for (uint32_t c = 0, at = 0; c < COMPONENTS; c++) {
        orr_field_desc fields[4];
        for (uint32_t i = 0; i < counts[c]; i++) { /* the last first: the world is to sort them */
            const model_field *field = &model_fields[at + counts[c] - 1 - i];
            fields[i] = (orr_field_desc){ field->name, orr_type_find(field->type), as_value(field->value) };
        }
        const char name[] = { (char)('A' + c), 0 };
        f->components[c] = orr_component_create(f->world, &(orr_component_desc){ name, fields, counts[c] });
        for (uint32_t i = 0; i < counts[c]; i++, at++) {
            const char path[] = { name[0], '.', model_fields[at].name[0], 0 };
            f->fields[at] = orr_field_find(f->world, path);
            SAME(f, f->fields[at].component, f->components[c], "field by name");
        }
    }
    for (uint32_t q = 0; q < QUERIES; q++) {
        orr_component all[COMPONENTS + 1], any[COMPONENTS + 1], none[COMPONENTS + 1];
        f->masks[q] = (query_masks){ 0, 0, 0 };
        if (q > 0) {
            f->masks[q].all = (uint32_t)(bits(f) & bits(f) & bits(f)) & (TABLES - 1);
            f->masks[q].any = one_in(f, 2) ? (uint32_t)(bits(f) & bits(f)) & (TABLES - 1) : 0;
            f->masks[q].none = (uint32_t)(bits(f) & bits(f) & bits(f)) & (TABLES - 1) & ~f->masks[q].all;
        }
        f->queries[q] = orr_query_create(f->world, &(orr_query_desc){ .all = list_of(f, f->masks[q].all, all),
                                                                      .any = list_of(f, f->masks[q].any, any),
                                                                      .none = list_of(f, f->masks[q].none, none) });
        SAME(f, f->queries[q] != 0, 1, "query");
    }
    for (uint32_t i = 0; i < LISTS; i++) {
        orr__patches_init(&f->lists[i].patches, f->world);
    }
}

static void run(fuzz *f, uint64_t steps, uint64_t every)
{
    uint32_t weights = 0;
    for (uint32_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        weights += commands[i].weight;
    }
    for (f->step = 1; f->step <= steps; f->step++) {
        uint32_t at = 0;
        for (uint32_t left = below(f, weights); left >= commands[at].weight; at++) {
            left -= commands[at].weight;
        }
        f->what = commands[at].name;
        f->failed = false;
        commands[at].step(f);
        disarm(f);
        if (f->failed) {
            adopt_tables(f);
        }
        if (f->failed || f->step % every == 0 || f->step == steps) {
            compare(f);
        }
    }
}

static void fuzz_seed(uint64_t seed, uint64_t steps, uint64_t every, int memory)
{
    fuzz *f = calloc(1, sizeof *f);
    if (!f) {
        abort();
    }
    f->seed = f->random = seed;
    f->what = "start";
    f->allocations_left = -1;
    set_up(f);
    f->memory = memory || seed % 2;
    run(f, steps, every);
    for (uint32_t i = 0; i < LISTS; i++) {
        orr__patches_fini(&f->lists[i].patches);
    }
    orr__world_destroy(f->world);
    SAME(f, f->live_blocks, 0, "blocks not released");
    model_destroy(f->m);
    free(f);
}

int main(int argc, char **argv)
{
    uint64_t values[] = { 16, 1, 600, 16, 0 };
    static const char *const names[] = { "--seeds", "--seed", "--steps", "--every", "--memory" };
    for (int i = 1; i < argc; i += 2) {
        uint32_t at = 0;
        while (at < 5 && strcmp(argv[i], names[at]) != 0) {
            at++;
        }
        if (at == 5 || i + 1 == argc) {
            fprintf(stderr, "usage: fuzz_world [--seeds N] [--seed S] [--steps N] [--every N] [--memory 0|1]\n");
            return 2;
        }
        values[at] = strtoull(argv[i + 1], NULL, 10);
    }
    for (uint64_t seed = values[1]; seed < values[1] + values[0]; seed++) {
        fuzz_seed(seed, values[2], values[3] ? values[3] : 1, values[4] != 0);
    }
    printf("fuzz_world: seeds %" PRIu64 " to %" PRIu64 ", %" PRIu64 " steps each: no difference\n", values[1],
           values[1] + values[0] - 1, values[2]);
    return 0;
}
