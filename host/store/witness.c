#include "store/witness.h"

#include "base/array.h"
#include "base/hash.h"
#include "ecs/world.h"
#include "sim/sim.h"

#include <string.h>

#define MOST_BYTES ((uint64_t)512 << 20)

/* ---- copies ------------------------------------------------------------------------------------------------------ */

/* NULL when there is no more room for copies. */
static void *keep(orr__witness *w, const void *data, size_t bytes)
{
    void *copy = NULL;
    if (w->bytes + bytes <= w->most_bytes) copy = orr__arena_new(&w->arena, bytes ? bytes : 1, 0);
    if (!copy) {
        w->partial = true;
        return NULL;
    }
    w->bytes += bytes;
    if (data) memcpy(copy, data, bytes);
    return copy;
}

static orr__piece *new_piece(orr__witness *w, uint32_t kind, uint32_t id, uint32_t columns)
{
    orr__piece *piece = keep(w, NULL, sizeof *piece);
    const void **pointers = piece ? keep(w, NULL, columns * sizeof *pointers) : NULL;
    if (!pointers) return NULL;
    *piece = (orr__piece){ .kind = kind, .id = id, .columns = pointers };
    return piece;
}

static void add_piece(orr__sight *sight, orr__piece *piece)
{
    if (sight->last)
        sight->last->next = piece;
    else
        sight->first = piece;
    sight->last = piece;
}

static void see_rows(orr__witness *w, orr__sight *sight, const orr__table *table, uint32_t place, orr_component id)
{
    const orr__component *component = orr__component_at(w->world, id);
    const orr__chunk *chunk = table->chunks[place];
    orr__piece *piece = new_piece(w, ORR__ACCESS_COMPONENT, id, component->field_count);
    if (!piece) return;
    piece->table = table->index;
    piece->first = place * ORR__CHUNK_ROWS;
    piece->count = chunk->count;
    piece->entity = keep(w, chunk->entity, chunk->count * sizeof *chunk->entity);
    const uint32_t first = table->first_column[orr__table_component(table, id)];
    for (uint32_t i = 0; piece->entity && i < component->field_count; i++) {
        piece->columns[i] = keep(w, chunk->columns[first + i], (size_t)chunk->count * component->fields[i].bytes);
        if (!piece->columns[i]) return;
    }
    if (piece->entity) add_piece(sight, piece);
}

static void see_component(orr__witness *w, orr__sight *sight, orr_component id)
{
    if (orr__component_at(w->world, id)->field_count == 0) return;
    for (uint32_t t = 0; t < w->world->table_count; t++) {
        const orr__table *table = w->world->tables[t];
        if (orr__table_component(table, id) == ORR__NO_COLUMN) continue;
        for (uint32_t c = 0; c < table->chunk_count && !w->partial; c++) {
            if (table->chunks[c]->count) see_rows(w, sight, table, c, id);
        }
    }
}

static void see_lattice(orr__witness *w, orr__sight *sight, orr_lattice id)
{
    const orr__lattice *lattice = orr__lattice_at(w->world, id);
    orr__piece *piece = new_piece(w, ORR__ACCESS_LATTICE, id, lattice->field_count);
    if (!piece) return;
    piece->count = lattice->width * lattice->height;
    for (uint32_t i = 0; i < lattice->field_count; i++) {
        piece->columns[i] = keep(w, lattice->front[i], (size_t)piece->count * lattice->fields[i].bytes);
        if (!piece->columns[i]) return;
    }
    add_piece(sight, piece);
}

static void see_resource(orr__witness *w, orr__sight *sight, orr_resource id)
{
    const orr__resource *resource = orr__resource_at(w->world, id);
    orr__piece *piece = new_piece(w, ORR__ACCESS_RESOURCE, id, resource->field_count);
    if (!piece) return;
    piece->count = 1;
    if (resource->text) piece->text = keep(w, resource->text, strlen(resource->text) + 1);
    for (uint32_t i = 0; i < resource->field_count; i++) {
        piece->columns[i] = keep(w, &resource->values[i], sizeof resource->values[i]);
        if (!piece->columns[i]) return;
    }
    if (piece->text || !resource->text) add_piece(sight, piece);
}

/* ---- what was recorded ------------------------------------------------------------------------------------------- */

static void put(orr__sight *sight, uint32_t kind, uint64_t value)
{
    uint64_t words[2] = { sight->record_hash[kind], value };
    sight->record_hash[kind] = orr__hash_bytes(words, sizeof words, 0);
}

/* What the rows of a spawn are filled with. */
static void see_stage(const orr_world *world, orr__sight *sight, const orr__stage *stage)
{
    const orr__table *table = orr__prefab_at(world, stage->prefab)->table;
    put(sight, ORR__RECORD_SPAWN, stage->prefab);
    put(sight, ORR__RECORD_SPAWN, stage->count);
    for (uint32_t k = 0; k < table->column_count; k++) {
        for (uint32_t i = 0; i < stage->count; i++) {
            const orr_value value = orr__value_load(stage->columns[k], i, table->column_types[k]);
            put(sight, ORR__RECORD_SPAWN, orr__state_bits(table->column_types[k], value));
        }
    }
}

static void see_patch(const orr_world *world, orr__sight *sight, const orr__patch *patch)
{
    static const uint32_t kinds[] = { [ORR__PATCH_SPAWN] = ORR__RECORD_SPAWN,
                                      [ORR__PATCH_DESTROY] = ORR__RECORD_DESTROY,
                                      [ORR__PATCH_ADD] = ORR__RECORD_ADD,
                                      [ORR__PATCH_REMOVE] = ORR__RECORD_REMOVE,
                                      [ORR__PATCH_SET] = ORR__RECORD_SET };
    if (patch->kind == ORR__PATCH_DONE) return;
    const uint32_t kind = kinds[patch->kind];
    sight->record_count[kind] += kind == ORR__RECORD_SPAWN ? patch->as.stage->count : 1;
    if (kind == ORR__RECORD_SPAWN) {
        see_stage(world, sight, patch->as.stage);
        return;
    }
    put(sight, kind, (uint64_t)patch->entity);
    if (kind != ORR__RECORD_DESTROY) put(sight, kind, patch->component);
    if (kind != ORR__RECORD_SET) return;
    put(sight, kind, patch->index);
    put(sight, kind, orr__state_bits(patch->type, patch->as.value));
}

static void see_recording(const orr_world *world, orr__sight *sight, const orr__recording *recording)
{
    for (const orr__patch_block *block = recording->patches.first; block; block = block->next) {
        for (uint32_t i = 0; i < block->count; i++) see_patch(world, sight, &block->patches[i]);
    }
    for (const orr__emit *emit = recording->emitted.first; emit; emit = emit->next) {
        sight->record_count[ORR__RECORD_EVENT]++;
        put(sight, ORR__RECORD_EVENT, emit->event);
        for (uint32_t i = 0; i < emit->value_count; i++) {
            const uint32_t type = orr__event_at(world, emit->event)->fields[i].type;
            put(sight, ORR__RECORD_EVENT, orr__state_bits(type, emit->values[i]));
        }
    }
    for (const orr__partial *partial = recording->partials.first; partial; partial = partial->next) {
        sight->record_count[ORR__RECORD_REDUCTION]++;
        put(sight, ORR__RECORD_REDUCTION, partial->key);
        put(sight, ORR__RECORD_REDUCTION, orr__state_bits(ORR_TYPE_F64, (orr_value){ .f64 = partial->value }));
    }
}

/* ---- observing --------------------------------------------------------------------------------------------------- */

static void see_all(orr__witness *w, orr__sight *sight)
{
    const orr_world *world = w->world;
    for (orr_component c = 1; c <= world->component_count; c++) see_component(w, sight, c);
    for (orr_resource r = 1; r <= world->sim->resources.count; r++) see_resource(w, sight, r);
    for (orr_lattice l = 1; l <= world->lattice_count; l++) see_lattice(w, sight, l);
}

static void see_declared(orr__witness *w, orr__sight *sight, const orr__system *system)
{
    for (uint32_t i = 0; i < system->access.count; i++) {
        const orr__access *access = &system->access.items[i];
        if (!(access->mode & (ORR_WRITE | ORR_MARK))) continue;
        if (access->kind == ORR__ACCESS_COMPONENT) see_component(w, sight, access->id);
        if (access->kind == ORR__ACCESS_RESOURCE) see_resource(w, sight, access->id);
        if (access->kind == ORR__ACCESS_LATTICE) see_lattice(w, sight, access->id);
    }
}

static void see_system(orr__witness *w, orr__sight *sight, const orr__system *system)
{
    sight->ran = true;
    if (system->exclusive)
        see_all(w, sight);
    else
        see_declared(w, sight, system);
    const orr_run *run = &system->run;
    for (uint32_t i = 0; i <= run->range_count; i++) {
        const orr_range *range = i < run->range_count ? &run->ranges[i] : &run->outside;
        if (range->recording) see_recording(w->world, sight, range->recording);
    }
}

static void settled(orr__observer *observer, orr_world *world, orr__system *system)
{
    orr__witness *w = (orr__witness *)observer;
    (void)world;
    if (system->id > w->system_count) return; /* declared meanwhile */
    orr__sight *sight = &w->systems[system->id - 1];
    if (system->latency)
        sight->ran = true; /* what it did is seen when it arrives */
    else
        see_system(w, sight, system);
}

static void arrived(orr__observer *observer, orr_world *world, orr__system *system)
{
    orr__witness *w = (orr__witness *)observer;
    (void)world;
    if (system->id <= w->system_count) see_system(w, &w->arrived[system->id - 1], system);
}

static void staged(orr__observer *observer, orr_world *world, uint32_t stage)
{
    orr__witness *w = (orr__witness *)observer;
    if (stage >= w->stage_count) return;
    for (uint32_t i = 0; i < ORR__STATE_PARTS; i++) w->stages[stage][i] = orr__state_hash_part(world, i);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

int32_t orr__witness_begin(orr__witness *witness)
{
    orr_world *world = witness->world;
    const uint32_t count = world->sim->systems.count;
    orr__arena_reset(&witness->arena);
    witness->bytes = 0;
    witness->partial = false;
    int32_t status = orr__array_reserve(&world->alloc, &witness->systems, &witness->system_capacity, count,
                                        sizeof *witness->systems);
    if (status == ORR_OK)
        status = orr__array_reserve(&world->alloc, &witness->arrived, &witness->arrived_capacity, count,
                                    sizeof *witness->arrived);
    if (status != ORR_OK) return status;
    witness->system_count = count;
    if (count) memset(witness->systems, 0, count * sizeof *witness->systems);
    if (count) memset(witness->arrived, 0, count * sizeof *witness->arrived);
    memset(witness->stages, 0, witness->stage_count * sizeof *witness->stages);
    return ORR_OK;
}

int32_t orr__witness_init(orr__witness *witness, orr_world *world, uint64_t most_bytes)
{
    memset(witness, 0, sizeof *witness);
    witness->observer = (orr__observer){ .settled = settled, .arrived = arrived, .staged = staged };
    witness->world = world;
    witness->most_bytes = most_bytes ? most_bytes : MOST_BYTES;
    orr__arena_init(&witness->arena, &world->alloc, (size_t)1 << 20);
    witness->stage_count = world->sim->schedule.stage_count;
    witness->stages = orr__alloc_zero(&world->alloc, witness->stage_count * sizeof *witness->stages, 0);
    if (!witness->stages || orr__witness_begin(witness) != ORR_OK) {
        orr__witness_fini(witness);
        return ORR_E_MEMORY;
    }
    world->sim->observer = &witness->observer;
    return ORR_OK;
}

void orr__witness_fini(orr__witness *witness)
{
    orr_world *world = witness->world;
    if (!world) return;
    if (world->sim->observer == &witness->observer) world->sim->observer = NULL;
    orr__arena_fini(&witness->arena);
    orr__array_free(&world->alloc, &witness->systems, &witness->system_capacity, sizeof *witness->systems);
    orr__array_free(&world->alloc, &witness->arrived, &witness->arrived_capacity, sizeof *witness->arrived);
    if (witness->stages)
        orr__alloc_free(&world->alloc, witness->stages, witness->stage_count * sizeof *witness->stages);
    memset(witness, 0, sizeof *witness);
}
