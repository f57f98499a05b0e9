#include "sim/neighbours.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <math.h>
#include <string.h>

extern const orr_job_desc orr_job_neighbours;

enum { CARRY_MAX = 16, ENTRIES_LEAST = 64, LINE = 64 };

/* One block for all arrays of a build; what it held before is never needed. Entries is what it has room for. One that
 * late runs hold is not built in again: the grid takes another one, and gets it back as a spare. */
struct orr__near_memory {
    char *block;
    size_t bytes;
    uint32_t entries;
    uint32_t holders;
    struct orr__near_memory *next; /* of the spares */
};

static const char *name_of(const orr_world *world, uint32_t index)
{
    return world->sim->neighbours.items[index]->name;
}

static const char *shown_name_of(const orr_world *world, uint32_t index)
{
    const orr__near_grid *grid = world->sim->neighbours.items[index];
    return grid->hidden.now ? "" : grid->name;
}

orr__near_grid *orr__near_at(const orr_world *world, orr_near_index index)
{
    const orr__near_set *all = &world->sim->neighbours;
    return index - 1 < all->count ? all->items[index - 1] : NULL;
}

orr_near_index orr_neighbours_find(const orr_world *world, const char *name)
{
    return orr__name_need(world, name, "neighbours", world->sim->neighbours.count, shown_name_of);
}

/* ---- checking a description -------------------------------------------------------------------------------------- */

static bool same_field(orr_field a, orr_field b)
{
    return a.component == b.component && a.index == b.index;
}

static uint32_t dimensions(const orr_neighbours_desc *desc)
{
    return desc->position[2].component ? 3 : 2;
}

static int32_t check_position(const orr_world *world, const orr_neighbours_desc *desc)
{
    static const char *const axes[] = { "x", "y", "z" };
    for (uint32_t a = 0; a < dimensions(desc); a++) {
        const orr_field field = desc->position[a];
        if (field.component == 0) {
            return orr__fail(ORR_E_ARGUMENT,
                             "neighbours '%s': no field for %s: two or three position fields are "
                             "needed",
                             desc->name, axes[a]);
        }
        if (orr__field_check(world, field, axes[a])) return orr__fail_more("neighbours '%s'", desc->name);
        const char *name = orr__component_at(world, field.component)->fields[field.index].name;
        if (field.type != ORR_TYPE_F32 && field.type != ORR_TYPE_F64) {
            return orr__fail(ORR_E_TYPE, "neighbours '%s': %s is the field '%s' of type %s; positions are f32 or f64",
                             desc->name, axes[a], name, orr_type_name(field.type));
        }
        if (field.type != desc->position[0].type) {
            return orr__fail(ORR_E_TYPE, "neighbours '%s': x is %s and %s is %s; all positions have one type",
                             desc->name, orr_type_name(desc->position[0].type), axes[a], orr_type_name(field.type));
        }
        if (field.component != desc->position[0].component) {
            return orr__fail(ORR_E_ARGUMENT,
                             "neighbours '%s': x is of component '%s' and %s of '%s'; all positions "
                             "are of one component",
                             desc->name, orr_component_name(world, desc->position[0].component), axes[a],
                             orr_component_name(world, field.component));
        }
        for (uint32_t k = 0; k < a; k++) {
            if (!same_field(desc->position[k], field)) continue;
            return orr__fail(ORR_E_ARGUMENT, "neighbours '%s': %s and %s are the same field '%s'", desc->name, axes[k],
                             axes[a], name);
        }
    }
    return ORR_OK;
}

static int32_t check_carry(const orr_world *world, const orr_neighbours_desc *desc)
{
    if (desc->carry_count > CARRY_MAX) {
        return orr__fail(ORR_E_LIMIT, "neighbours '%s': %u fields to carry; at most %d are allowed", desc->name,
                         (unsigned)desc->carry_count, CARRY_MAX);
    }
    if (desc->carry_count && !desc->carry) {
        return orr__fail(ORR_E_ARGUMENT, "neighbours '%s': carry_count is %u and carry is NULL", desc->name,
                         (unsigned)desc->carry_count);
    }
    for (uint32_t i = 0; i < desc->carry_count; i++) {
        const orr_field field = desc->carry[i];
        if (orr__field_check(world, field, "carry")) return orr__fail_more("neighbours '%s'", desc->name);
        for (uint32_t k = 0; k < i; k++) {
            if (!same_field(desc->carry[k], field)) continue;
            const orr__component *of = orr__component_at(world, field.component);
            return orr__fail(ORR_E_ARGUMENT, "neighbours '%s': the field '%s.%s' is carried twice", desc->name,
                             of->name, of->fields[field.index].name);
        }
    }
    return ORR_OK;
}

static int32_t check_radius(const char *name, double radius)
{
    if (radius > 0 && isfinite(radius)) return ORR_OK;
    return orr__fail(ORR_E_RANGE, "neighbours '%s': the radius is %.9g; it must be above 0 and finite", name, radius);
}

static int32_t check_space(const orr_world *world, const orr_neighbours_desc *desc)
{
    const uint32_t axes = dimensions(desc);
    if (desc->radius_param > orr_param_count(world)) {
        return orr__fail(ORR_E_ARGUMENT, "neighbours '%s': its radius follows param %u, which does not exist",
                         desc->name, (unsigned)desc->radius_param);
    }
    const double radius = desc->radius_param ? orr_param_get(world, desc->radius_param) : desc->radius;
    if (check_radius(desc->name, radius)) return orr__error_code();
    if (desc->wraps >> axes) {
        return orr__fail(ORR_E_ARGUMENT, "neighbours '%s': wraps is 0x%x; there are only %u axes", desc->name,
                         (unsigned)desc->wraps, (unsigned)axes);
    }
    for (uint32_t a = 0; a < axes; a++) {
        if (!(desc->wraps >> a & 1u)) continue;
        const double min = desc->min[a], max = desc->max[a];
        if (isfinite(min) && isfinite(max) && max > min && isfinite(max - min)) continue;
        return orr__fail(ORR_E_RANGE, "neighbours '%s': axis %u wraps from %.9g to %.9g; max must be above min",
                         desc->name, (unsigned)a, min, max);
    }
    return ORR_OK;
}

static int32_t check(const orr_world *world, const orr_neighbours_desc *desc)
{
    if (!desc) return orr__fail(ORR_E_ARGUMENT, "orr_neighbours_create: no description");
    int32_t code = orr__name_check(desc->name, "neighbours");
    if (!code && desc->query.changed && *desc->query.changed) {
        code = orr__fail(ORR_E_ARGUMENT, "neighbours '%s': its query cannot have `changed`", desc->name);
    }
    if (!code) code = check_position(world, desc);
    if (!code) code = check_carry(world, desc);
    return code ? code : check_space(world, desc);
}

/* ---- creation ---------------------------------------------------------------------------------------------------- */

static void release(orr_world *world, struct orr__near_memory *memory)
{
    orr__alloc_free(&world->alloc, memory->block, memory->bytes);
    orr__alloc_free(&world->alloc, memory, sizeof *memory);
}

static void destroy(orr_world *world, orr__near_grid *grid)
{
    orr__alloc *alloc = &world->alloc;
    if (grid->memory) release(world, grid->memory);
    for (struct orr__near_memory *spare = grid->spares, *next; spare; spare = next) {
        next = spare->next;
        release(world, spare);
    }
    orr__alloc_free(alloc, grid->reads, (CARRY_MAX + 2) * sizeof *grid->reads);
    orr__alloc_string_free(alloc, grid->name);
    orr__alloc_free(alloc, grid, sizeof *grid);
}

static void describe(orr__near_grid *grid, const orr_neighbours_desc *desc)
{
    orr_component components[CARRY_MAX + 2];
    uint32_t count = 0;
    components[count++] = desc->position[0].component;
    for (uint32_t i = 0; i < desc->carry_count; i++) components[count++] = desc->carry[i].component;
    components[count] = 0;
    grid->read_count = orr__component_list_sort(components, grid->reads);

    grid->radius = desc->radius;
    grid->radius_param = desc->radius_param;
    grid->stale = true;
    grid->out.dimensions = dimensions(desc);
    grid->out.carry_count = desc->carry_count;
    grid->out.carry_types = grid->carry_types;
    grid->out.wraps = desc->wraps;
    grid->build.out = &grid->out;
    grid->build.position_type = desc->position[0].type;
    for (uint32_t a = 0; a < grid->out.dimensions; a++) {
        grid->position[a] = desc->position[a];
        if (!(desc->wraps >> a & 1u)) continue;
        grid->build.min[a] = desc->min[a];
        grid->build.max[a] = desc->max[a];
    }
    for (uint32_t i = 0; i < desc->carry_count; i++) {
        grid->carry[i] = desc->carry[i];
        grid->carry_types[i] = (uint8_t)desc->carry[i].type;
        grid->build.carry_bytes[i] = desc->carry[i].bytes;
    }
}

/* The components that are read must be there. */
static orr_query make_query(orr_world *world, const orr__near_grid *grid, const orr_query_desc *desc)
{
    const uint32_t given = orr__component_list_count(desc->all), room = given + grid->read_count + 1;
    orr_component *all = orr__alloc_new(&world->alloc, room * sizeof *all, 0);
    if (!all) return 0;
    if (given) memcpy(all, desc->all, given * sizeof *all);
    memcpy(all + given, grid->reads, (grid->read_count + 1) * sizeof *all);
    orr_query_desc whole = *desc;
    whole.all = all;
    const orr_query query = orr_query_create(world, &whole);
    orr__alloc_free(&world->alloc, all, room * sizeof *all);
    return query;
}

static orr__near_grid *create(orr_world *world, const orr_neighbours_desc *desc)
{
    orr__near_grid *grid = orr__alloc_zero(&world->alloc, sizeof *grid, 0);
    if (!grid) return NULL;
    grid->name = orr__alloc_string(&world->alloc, desc->name);
    grid->reads = orr__alloc_zero(&world->alloc, (CARRY_MAX + 2) * sizeof *grid->reads, 0);
    grid->memory = orr__alloc_zero(&world->alloc, sizeof *grid->memory, 0);
    if (grid->name && grid->reads && grid->memory) {
        describe(grid, desc);
        grid->query = make_query(world, grid, &desc->query);
        if (grid->query) return grid;
    }
    destroy(world, grid);
    return NULL;
}

static bool same(const orr__near_grid *a, const orr__near_grid *b)
{
    bool equal = a->query == b->query && a->radius_param == b->radius_param &&
                 (a->radius_param || a->radius == b->radius) && a->out.dimensions == b->out.dimensions &&
                 a->out.carry_count == b->out.carry_count && a->out.wraps == b->out.wraps &&
                 a->build.position_type == b->build.position_type;
    for (uint32_t i = 0; equal && i < 3; i++) {
        equal = same_field(a->position[i], b->position[i]) && a->build.min[i] == b->build.min[i] &&
                a->build.max[i] == b->build.max[i];
    }
    for (uint32_t i = 0; equal && i < a->out.carry_count; i++)
        equal = same_field(a->carry[i], b->carry[i]) && a->carry_types[i] == b->carry_types[i];
    return equal;
}

/* While a script is loaded again. */
typedef struct redefined {
    orr__undo undo;
    orr_near_index id;
    orr__near_grid *aside;
} redefined;

static void forget(orr_world *world, orr__undo *undo)
{
    destroy(world, ((redefined *)(void *)undo)->aside);
}

static void revert(orr_world *world, orr__undo *undo)
{
    redefined *r = (redefined *)(void *)undo;
    orr__near_grid **at = &world->sim->neighbours.items[r->id - 1], *now = *at;
    *at = r->aside;
    destroy(world, now);
}

static int32_t redefine(orr_world *world, orr_near_index id, orr__near_grid *grid)
{
    redefined *r = orr__undo_new(world, sizeof *r);
    if (!r) return ORR_E_MEMORY;
    orr__near_grid **at = &world->sim->neighbours.items[id - 1];
    r->undo.revert = revert;
    r->undo.forget = forget;
    r->undo.moved = true;
    r->undo.kind = ORR__ACCESS_NEIGHBOURS;
    r->id = r->undo.id = id;
    r->aside = *at;
    grid->hidden = (orr__hidden){ .scripted = true, .before = r->aside->hidden.before };
    *at = grid;
    orr__undo_push(world, &r->undo);
    return ORR_OK;
}

/* The name is known: the same index, or one that takes its place. Takes the grid over. */
static orr_near_index again(orr_world *world, orr_near_index before, orr__near_grid *grid)
{
    orr__near_grid *old = world->sim->neighbours.items[before - 1];
    int32_t code = ORR_OK;
    if (same(old, grid)) {
        destroy(world, grid);
        old->hidden.now = false;
        return before;
    }
    if (world->edition && world->scripted && old->hidden.scripted)
        code = redefine(world, before, grid);
    else
        code = orr__fail(ORR_E_EXISTS, "neighbours '%s' exists already; it cannot be declared again differently",
                         old->name);
    if (code == ORR_OK) return before;
    destroy(world, grid);
    return 0;
}

orr_near_index orr_neighbours_create(orr_world *world, const orr_neighbours_desc *desc)
{
    if (check(world, desc)) return 0;
    if (orr__world_mine(world, "orr_neighbours_create")) return 0;
    if (world->locked) {
        orr__fail(ORR_E_LOCKED, "neighbours '%s' cannot be created while systems run", desc->name);
        return 0;
    }
    if (orr__access_may_name(world, ORR__ACCESS_NEIGHBOURS, desc->name)) return 0;
    orr__world_still(world);
    orr__near_set *all = &world->sim->neighbours;
    orr__near_grid *grid = create(world, desc);
    if (!grid) {
        orr__fail_more("neighbours '%s'", desc->name);
        return 0;
    }
    const orr_near_index before = orr__name_find(world, desc->name, all->count, name_of);
    if (before) return again(world, before, grid);
    if (orr__array_reserve(&world->alloc, &all->items, &all->capacity, all->count + 1, sizeof *all->items)) {
        destroy(world, grid);
        orr__fail_more("neighbours '%s'", desc->name);
        return 0;
    }
    grid->hidden.scripted = world->scripted;
    all->items[all->count++] = grid;
    return all->count;
}

void orr__near_drop(orr_world *world, uint32_t count)
{
    orr__near_set *all = &world->sim->neighbours;
    while (all->count > count) destroy(world, all->items[--all->count]);
}

void orr__near_fini(orr_world *world)
{
    orr__near_set *all = &world->sim->neighbours;
    for (uint32_t i = 0; i < all->count; i++) destroy(world, all->items[i]);
    orr__array_free(&world->alloc, &all->items, &all->capacity, sizeof *all->items);
    memset(all, 0, sizeof *all);
}

/* ---- building ---------------------------------------------------------------------------------------------------- */

void orr__near_touch(orr_world *world, orr_component component)
{
    const orr__near_set *all = &world->sim->neighbours;
    for (uint32_t i = 0; i < all->count; i++) {
        orr__near_grid *grid = all->items[i];
        for (uint32_t k = 0; k < grid->read_count; k++) {
            if (component == 0 || grid->reads[k] == component) grid->stale = true;
        }
    }
}

/* Bytes of `items` of a kind, so that the next array starts on a line; vectors may read a line past the end. */
static size_t padded(size_t items, size_t bytes)
{
    return (items * bytes + LINE - 1) / LINE * LINE + LINE;
}

/* Hands out pieces of the block, or with block NULL just adds up what they need. */
static void *piece(char *block, size_t *used, size_t items, size_t bytes)
{
    char *at = block ? block + *used : NULL;
    *used += padded(items, bytes);
    return at;
}

/* The arrays of a build of `count` entries; the gathered ones are what the job reads. Returns the bytes of all. */
static size_t lay_out(orr__near_grid *grid, char *block, uint32_t count, void *positions[3], void *carry[CARRY_MAX],
                      orr_entity **entity)
{
    orr_neighbours_build *build = &grid->build;
    const uint32_t cells = count > ENTRIES_LEAST ? count : ENTRIES_LEAST;
    const size_t wide = grid->position[0].bytes;
    size_t used = 0;
    build->cells_capacity = cells;
    build->starts = piece(block, &used, (size_t)cells + 1, sizeof *build->starts);
    build->source = piece(block, &used, count, sizeof *build->source);
    build->cell = piece(block, &used, count, sizeof *build->cell);
    build->sorted_entity = piece(block, &used, count, sizeof(orr_entity));
    *entity = piece(block, &used, count, sizeof(orr_entity));
    for (uint32_t a = 0; a < grid->out.dimensions; a++) {
        positions[a] = piece(block, &used, count, wide);
        build->sorted_position[a] = piece(block, &used, count, wide);
        build->position[a] = positions[a];
    }
    for (uint32_t i = 0; i < grid->out.carry_count; i++) {
        carry[i] = piece(block, &used, count, build->carry_bytes[i]);
        build->sorted_carry[i] = piece(block, &used, count, build->carry_bytes[i]);
        build->carry[i] = carry[i];
    }
    build->entity = *entity;
    return used;
}

static int32_t make_block(orr_world *world, const orr__near_grid *grid, struct orr__near_memory *memory, uint32_t count)
{
    if (memory->block && count <= memory->entries) return ORR_OK;
    uint32_t room = memory->entries > ENTRIES_LEAST ? memory->entries : ENTRIES_LEAST;
    while (room < count) room = room > UINT32_MAX / 2 ? UINT32_MAX : room * 2;
    orr__near_grid probe = *grid; /* sizes only: the grid keeps its arrays should there be no memory */
    void *positions[3], *carry[CARRY_MAX];
    orr_entity *entity;
    const size_t bytes = lay_out(&probe, NULL, room, positions, carry, &entity);
    char *block = orr__alloc_new(&world->alloc, bytes, LINE);
    if (!block) return ORR_E_MEMORY;
    orr__alloc_free(&world->alloc, memory->block, memory->bytes);
    *memory = (struct orr__near_memory){ .block = block, .bytes = bytes, .entries = room };
    return ORR_OK;
}

static int32_t make_room(orr_world *world, orr__near_grid *grid, uint32_t count)
{
    if (grid->memory->holders == 0) return make_block(world, grid, grid->memory, count);
    if (!grid->spares) grid->spares = orr__alloc_zero(&world->alloc, sizeof *grid->spares, 0);
    struct orr__near_memory *spare = grid->spares;
    if (!spare) return ORR_E_MEMORY;
    struct orr__near_memory *const next = spare->next;
    const uint32_t least = grid->memory->entries > count ? grid->memory->entries : count;
    const int32_t code = make_block(world, grid, spare, least);
    if (code != ORR_OK) return code;
    grid->spares = next;
    spare->next = NULL;
    grid->memory = spare;
    return ORR_OK;
}

struct orr__near_memory *orr__near_hold(orr__near_grid *grid)
{
    grid->memory->holders++;
    return grid->memory;
}

void orr__near_let_go(orr__near_grid *grid, struct orr__near_memory *memory)
{
    if (--memory->holders > 0 || memory == grid->memory) return;
    memory->next = grid->spares;
    grid->spares = memory;
}

/* Copies positions, carried fields and handles of all rows, in the order of the data. */
static void gather(const orr_world *world, const orr__near_grid *grid, void *const positions[3],
                   void *const carry[CARRY_MAX], orr_entity *entity)
{
    const orr__query *query = orr__query_at(world, grid->query);
    size_t at = 0;
    for (uint32_t t = 0; t < query->table_count; t++) {
        const orr__table *table = world->tables[query->tables[t]];
        for (uint32_t c = 0; c < table->chunk_count; c++) {
            const orr__chunk *chunk = table->chunks[c];
            const size_t rows = chunk->count;
            if (rows == 0) continue;
            memcpy(entity + at, chunk->entity, rows * sizeof *entity);
            for (uint32_t a = 0; a < grid->out.dimensions; a++) {
                const size_t bytes = grid->position[a].bytes;
                memcpy((char *)positions[a] + at * bytes, orr__chunk_column(table, chunk, grid->position[a]),
                       rows * bytes);
            }
            for (uint32_t i = 0; i < grid->out.carry_count; i++) {
                const size_t bytes = grid->carry[i].bytes;
                memcpy((char *)carry[i] + at * bytes, orr__chunk_column(table, chunk, grid->carry[i]), rows * bytes);
            }
            at += rows;
        }
    }
}

static int32_t build(orr_world *world, orr__near_grid *grid, double radius)
{
    const uint64_t count = orr_query_count(world, grid->query);
    if (count >= UINT32_MAX) return orr__fail(ORR_E_LIMIT, "%llu entities are too many", (unsigned long long)count);
    if (make_room(world, grid, (uint32_t)count)) return ORR_E_MEMORY;
    void *positions[3], *carry[CARRY_MAX];
    orr_entity *entity;
    (void)lay_out(grid, grid->memory->block, (uint32_t)count, positions, carry, &entity);
    gather(world, grid, positions, carry, entity);
    grid->out.count = (uint32_t)count;
    grid->out.radius = radius;
    const orr_rows rows = { .begin = 0 };
    const orr_tick tick = { .tick = world->sim->tick, .state = &grid->build, .calls = &orr__job_calls };
    return orr_job_neighbours.run(&rows, &tick);
}

int32_t orr__near_refresh(orr_world *world, orr_near_index index)
{
    orr__near_grid *grid = orr__near_at(world, index);
    if (!grid) return orr__fail(ORR_E_ARGUMENT, "neighbours %u does not exist", (unsigned)index);
    const double radius = grid->radius_param ? orr_param_get(world, grid->radius_param) : grid->radius;
    if (!grid->stale && grid->version == world->version && grid->out.radius == radius) return ORR_OK;
    if (check_radius(grid->name, radius)) return orr__error_code();
    ORR__ASSERT(grid->readers == 0);
    grid->stale = true;
    if (build(world, grid, radius)) return orr__fail_more("neighbours '%s'", grid->name);
    grid->stale = false;
    grid->version = world->version;
    return ORR_OK;
}
