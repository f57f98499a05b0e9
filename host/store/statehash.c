#include "store/statehash.h"

#include "base/hash.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <string.h>

/* Columns are hashed in blocks, and the hashes of the blocks put together: one call for a block is several times as fast
 * as feeding the hasher piece by piece, and a block stays in the first cache for the two passes over it. The cuts
 * depend on the count alone. */
enum { BLOCK_BYTES = 16384, BLOCK_WORDS_64 = BLOCK_BYTES / 8, BLOCK_WORDS_32 = BLOCK_BYTES / 4 };

static const uint32_t infinity_32 = 0x7F800000u, one_nan_32 = 0x7FC00000u;
static const uint64_t infinity_64 = UINT64_C(0x7FF0000000000000), one_nan_64 = UINT64_C(0x7FF8000000000000);

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* Floats are looked at as bits. */
static inline uint32_t bits_32(const void *values, uint32_t i)
{
    uint32_t bits;
    memcpy(&bits, (const char *)values + (size_t)i * sizeof bits, sizeof bits);
    return bits;
}

static inline uint64_t bits_64(const void *values, uint32_t i)
{
    uint64_t bits;
    memcpy(&bits, (const char *)values + (size_t)i * sizeof bits, sizeof bits);
    return bits;
}

static inline uint32_t canonical_32(uint32_t bits)
{
    return (bits & 0x7FFFFFFFu) > infinity_32 ? one_nan_32 : bits;
}

static inline uint64_t canonical_64(uint64_t bits)
{
    return (bits & (UINT64_MAX >> 1)) > infinity_64 ? one_nan_64 : bits;
}

/* A NaN's magnitude is above that of infinity: adding what infinity lacks to the top bit carries into it. */
static bool has_nan_32(const void *values, uint32_t count)
{
    uint32_t top = 0;
    for (uint32_t i = 0; i < count; i++) top |= (bits_32(values, i) & 0x7FFFFFFFu) + (0x7FFFFFFFu - infinity_32);
    return top >> 31;
}

static bool has_nan_64(const void *values, uint32_t count)
{
    const uint64_t most = UINT64_MAX >> 1;
    uint64_t top = 0;
    for (uint32_t i = 0; i < count; i++) top |= (bits_64(values, i) & most) + (most - infinity_64);
    return top >> 63;
}

static uint64_t hash_f32(const void *values, uint32_t count)
{
    uint32_t canonical[BLOCK_WORDS_32];
    if (!has_nan_32(values, count)) return orr__hash_bytes(values, count * sizeof *canonical, 0);
    for (uint32_t i = 0; i < count; i++) canonical[i] = canonical_32(bits_32(values, i));
    return orr__hash_bytes(canonical, count * sizeof *canonical, 0);
}

static uint64_t hash_f64(const void *values, uint32_t count)
{
    uint64_t canonical[BLOCK_WORDS_64];
    if (!has_nan_64(values, count)) return orr__hash_bytes(values, count * sizeof *canonical, 0);
    for (uint32_t i = 0; i < count; i++) canonical[i] = canonical_64(bits_64(values, i));
    return orr__hash_bytes(canonical, count * sizeof *canonical, 0);
}

/* Native code may have written any byte. */
static uint64_t hash_bool(const uint8_t *values, uint32_t count)
{
    uint8_t canonical[BLOCK_BYTES];
    for (uint32_t i = 0; i < count; i++) canonical[i] = values[i] != 0;
    return orr__hash_bytes(canonical, count, 0);
}

/* Up to BLOCK_BYTES. */
static uint64_t hash_block(const void *values, uint32_t type, uint32_t count)
{
    switch (type) {
    case ORR_TYPE_F32: return hash_f32(values, count);
    case ORR_TYPE_F64: return hash_f64(values, count);
    case ORR_TYPE_BOOL: return hash_bool(values, count);
    default: return orr__hash_bytes(values, (size_t)count * orr_type_bytes(type), 0);
    }
}

static void put_column(orr__hasher *hasher, const void *values, uint32_t type, size_t count)
{
    const uint32_t bytes = orr_type_bytes(type), most = BLOCK_BYTES / bytes;
    for (size_t done = 0; done < count;) {
        const uint32_t many = count - done < most ? (uint32_t)(count - done) : most;
        orr__hasher_put_u64(hasher, hash_block((const char *)values + done * bytes, type, many));
        done += many;
    }
}

static void put_f64(orr__hasher *hasher, double value)
{
    orr__hasher_put_f64(hasher, &value, 1);
}

uint64_t orr__state_bits(uint32_t type, orr_value value)
{
    const uint64_t bits = orr__value_clean(type, value).u64;
    if (type == ORR_TYPE_F32) return canonical_32((uint32_t)bits);
    return type == ORR_TYPE_F64 ? canonical_64(bits) : bits;
}

static void put_fields(orr__hasher *hasher, const orr__field *fields, uint32_t count)
{
    orr__hasher_put_u64(hasher, count);
    for (uint32_t i = 0; i < count; i++) {
        orr__hasher_put_text(hasher, fields[i].name);
        orr__hasher_put_u64(hasher, fields[i].type);
    }
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

static void put_clock(orr__hasher *hasher, const orr_world *world)
{
    orr__hasher_put_u64(hasher, world->sim->tick);
    orr__hasher_put_u64(hasher, world->sim->seed);
}

static void put_params(orr__hasher *hasher, const orr_world *world)
{
    const orr__params *all = &world->sim->params;
    orr__hasher_put_u64(hasher, all->count);
    for (uint32_t i = 0; i < all->count; i++) {
        orr__hasher_put_text(hasher, all->items[i].name);
        put_f64(hasher, all->items[i].value);
    }
    orr__hasher_put_u64(hasher, all->queue_count);
    for (uint32_t i = 0; i < all->queue_count; i++) {
        orr__hasher_put_u64(hasher, all->queue[i].param);
        put_f64(hasher, all->queue[i].value);
    }
}

static void put_resources(orr__hasher *hasher, const orr_world *world)
{
    const orr__resources *all = &world->sim->resources;
    orr__hasher_put_u64(hasher, all->count);
    for (uint32_t i = 0; i < all->count; i++) {
        const orr__resource *resource = &all->items[i];
        orr__hasher_put_text(hasher, resource->name);
        put_fields(hasher, resource->fields, resource->field_count);
        for (uint32_t k = 0; k < resource->field_count; k++) {
            orr__hasher_put_u64(hasher, orr__state_bits(resource->fields[k].type, resource->values[k]));
        }
        if (resource->text) orr__hasher_put_text(hasher, resource->text);
    }
}

static void put_lattices(orr__hasher *hasher, const orr_world *world)
{
    orr__hasher_put_u64(hasher, world->lattice_count);
    for (uint32_t i = 0; i < world->lattice_count; i++) {
        const orr__lattice *lattice = world->lattices[i];
        orr__hasher_put_text(hasher, lattice->name);
        orr__hasher_put_u64(hasher, lattice->width);
        orr__hasher_put_u64(hasher, lattice->height);
        orr__hasher_put_u64(hasher, lattice->wraps);
        put_fields(hasher, lattice->fields, lattice->field_count);
        for (uint32_t k = 0; k < lattice->field_count; k++) {
            put_column(hasher, lattice->front[k], lattice->fields[k].type, (size_t)lattice->width * lattice->height);
        }
    }
}

static void put_event_field(orr__hasher *hasher, const orr__event *event, uint32_t field)
{
    uint64_t block[512];
    const uint32_t type = event->fields[field].type;
    for (uint64_t done = 0; done < event->count;) {
        const uint64_t left = event->count - done;
        const uint32_t many = left < 512 ? (uint32_t)left : 512;
        const orr_value *values = event->values + done * event->field_count + field;
        for (uint32_t i = 0; i < many; i++) {
            block[i] = orr__state_bits(type, values[(size_t)i * event->field_count]);
        }
        orr__hasher_put_u64(hasher, orr__hash_bytes(block, many * sizeof *block, 0));
        done += many;
    }
}

static void put_events(orr__hasher *hasher, const orr_world *world)
{
    const orr__events *all = &world->sim->events;
    for (uint32_t i = 0; i < all->count; i++) {
        const orr__event *event = &all->items[i];
        if (event->count == 0) continue;
        orr__hasher_put_text(hasher, event->name);
        put_fields(hasher, event->fields, event->field_count);
        orr__hasher_put_u64(hasher, event->count);
        put_column(hasher, event->ticks, ORR_TYPE_U64, (size_t)event->count);
        for (uint32_t f = 0; f < event->field_count; f++) put_event_field(hasher, event, f);
    }
}

/* In order of name, so that it does not matter which of them was the first to exist. */
static void put_reductions(orr__hasher *hasher, const orr_world *world)
{
    const orr__reductions *all = &world->sim->reductions;
    for (uint32_t i = 0; i < all->count; i++) {
        const orr__reduction *item = &all->items[i];
        if (!item->published) continue;
        orr__hasher_put_text(hasher, item->name);
        orr__hasher_put_u64(hasher, item->kind);
        put_f64(hasher, item->value);
    }
}

/* Slots have no padding and their unused bits are 0, so they are hashed as they lie. The free list is threaded through
 * them. */
_Static_assert(sizeof(orr__slot) == 12, "an orr__slot is three words without padding");

static void put_entities(orr__hasher *hasher, const orr_world *world)
{
    const orr__entities *all = &world->entities;
    orr__hasher_put_u64(hasher, all->slot_count);
    orr__hasher_put_u64(hasher, all->free_head);
    for (uint32_t done = 0, page = 0; done < all->slot_count; page++) {
        const uint32_t left = all->slot_count - done, many = left < ORR__SLOT_PAGE ? left : ORR__SLOT_PAGE;
        orr__hasher_put_u64(hasher, orr__hash_bytes(all->pages[page], many * sizeof(orr__slot), 0));
        done += many;
    }
}

static void put_rows(orr__hasher *hasher, const orr__table *table)
{
    for (uint32_t c = 0; c < table->chunk_count; c++) {
        const orr__chunk *chunk = table->chunks[c];
        for (uint32_t k = 0; k < table->column_count && chunk->count; k++) {
            put_column(hasher, chunk->columns[k], table->column_types[k], chunk->count);
        }
    }
}

static void put_tables(orr__hasher *hasher, const orr_world *world)
{
    orr__hasher_put_u64(hasher, world->table_count);
    for (uint32_t i = 0; i < world->table_count; i++) {
        const orr__table *table = world->tables[i];
        orr__hasher_put_u64(hasher, table->component_count);
        for (uint32_t k = 0; k < table->component_count; k++) {
            const orr__component *component = orr__component_at(world, table->components[k]);
            orr__hasher_put_text(hasher, component->name);
            put_fields(hasher, component->fields, component->field_count);
        }
        orr__hasher_put_u64(hasher, table->row_count);
        put_rows(hasher, table);
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*put)(orr__hasher *hasher, const orr_world *world);
} parts[ORR__STATE_PARTS] = {
    [ORR__STATE_CLOCK] = { "tick and seed", put_clock },     [ORR__STATE_PARAMS] = { "params", put_params },
    [ORR__STATE_RESOURCES] = { "resources", put_resources }, [ORR__STATE_LATTICES] = { "lattices", put_lattices },
    [ORR__STATE_EVENTS] = { "events", put_events },          [ORR__STATE_REDUCTIONS] = { "reductions", put_reductions },
    [ORR__STATE_ENTITIES] = { "entities", put_entities },    [ORR__STATE_TABLES] = { "tables", put_tables },
};

const char *orr__state_part_name(uint32_t part)
{
    return part < ORR__STATE_PARTS ? parts[part].name : "unknown";
}

uint64_t orr__state_hash_part(const orr_world *world, uint32_t part)
{
    orr__hasher hasher;
    orr__hasher_begin(&hasher, 0);
    if (part < ORR__STATE_PARTS) parts[part].put(&hasher, world);
    return orr__hasher_end(&hasher);
}

uint64_t orr_world_hash(orr_world *world)
{
    if (orr__world_mine(world, "orr_world_hash")) return 0;
    uint64_t hashes[ORR__STATE_PARTS];
    for (uint32_t i = 0; i < ORR__STATE_PARTS; i++) hashes[i] = orr__state_hash_part(world, i);
    return orr__hash_bytes(hashes, sizeof hashes, 0);
}
