#include "ecs/entity.h"

#include "base/array.h"
#include "base/error.h"
#include "ecs/patch.h"
#include "ecs/world.h"

#include <string.h>

// ---- slots ----------------------------------------------------------------------------------------------------------

void orr__entity_init(orr_world *world)
{
    world->entities.free_head = UINT32_MAX;
}

void orr__entity_fini(orr_world *world)
{
    orr__entities *all = &world->entities;
    for (uint32_t i = 0; i < all->page_count; i++) {
        orr__alloc_free(&world->alloc, all->pages[i], ORR__SLOT_PAGE * sizeof(orr__slot));
    }
    orr__array_free(&world->alloc, &all->pages, &all->page_capacity, sizeof *all->pages);
    *all = (orr__entities){ .free_head = UINT32_MAX };
}

orr__slot *orr__entity_slot(const orr_world *world, orr_entity entity)
{
    return orr__slot_alive(&world->entities, entity);
}

orr__slot *orr__entity_slot_at(const orr_world *world, uint32_t index)
{
    return index < world->entities.slot_count ? orr__slot_at(&world->entities, index) : NULL;
}

static void fail_dead(const orr_world *world, orr_entity entity)
{
    const unsigned long long handle = entity;
    const uint64_t index = entity >> ORR__GENERATION_BITS;
    const unsigned generation = orr_entity_generation(entity);
    if (entity == 0) {
        orr__fail(ORR_E_DEAD, "no entity (0)");
    } else if (entity & ORR__PROVISIONAL) {
        // stored as bit 63 and k, or cast from -k: the smaller number is k
        const unsigned long long stored = handle & ~ORR__PROVISIONAL, cast = 0 - handle;
        orr__fail(ORR_E_DEAD, "entity -%llu is provisional: it stands for one that is not spawned yet",
                  stored < cast ? stored : cast);
    } else if (index >= world->entities.slot_count || !generation) {
        orr__fail(ORR_E_DEAD, "entity %llu is not of this world", handle);
    } else {
        const orr__slot *slot = orr__slot_at(&world->entities, (uint32_t)index);
        if (slot->generation == generation && slot->state == ORR__SLOT_RESERVED) {
            orr__fail(ORR_E_DEAD, "entity %llu is not spawned yet", handle);
        } else {
            orr__fail(ORR_E_DEAD, "entity %llu is dead (index %u, generation %u; its place is at generation %u now)",
                      handle, (unsigned)index, generation, (unsigned)slot->generation);
        }
    }
}

orr__slot *orr__entity_need(const orr_world *world, orr_entity entity)
{
    orr__slot *slot = orr__slot_alive(&world->entities, entity);
    if (!slot) fail_dead(world, entity);
    return slot;
}

int32_t orr__entity_room(orr_world *world, uint32_t count)
{
    orr__entities *all = &world->entities;
    if (count <= all->free_count) return ORR_OK;
    const uint64_t total = (uint64_t)all->slot_count + (count - all->free_count);
    if (total >= UINT32_MAX) return orr__fail(ORR_E_LIMIT, "a world has room for %u entities", UINT32_MAX - 1);
    const uint32_t pages = (uint32_t)((total + ORR__SLOT_PAGE - 1) / ORR__SLOT_PAGE);
    if (pages <= all->page_count) return ORR_OK;
    const int32_t code = orr__array_reserve(&world->alloc, &all->pages, &all->page_capacity, pages, sizeof *all->pages);
    if (code) return code;
    const uint32_t before = all->page_count;
    while (all->page_count < pages) {
        orr__slot *page = orr__alloc_new(&world->alloc, ORR__SLOT_PAGE * sizeof *page, 64);
        if (!page) {
            while (all->page_count > before) {
                orr__alloc_free(&world->alloc, all->pages[--all->page_count], ORR__SLOT_PAGE * sizeof *page);
            }
            return ORR_E_MEMORY;
        }
        all->pages[all->page_count++] = page;
    }
    return ORR_OK;
}

orr_entity orr__entity_reserve(orr_world *world)
{
    uint32_t index;
    orr__slot *slot = orr__slot_take(&world->entities, &index);
    slot->stamp = orr__slot_stamp(slot->generation, ORR__SLOT_RESERVED);
    slot->table = 0;
    slot->row = 0;
    return orr__entity_make(index, slot->generation);
}

void orr__entity_place(orr_world *world, orr_entity entity, uint32_t table, uint32_t row)
{
    orr__slot *slot = orr__slot_at(&world->entities, orr_entity_index(entity));
    world->entities.alive += slot->state == ORR__SLOT_RESERVED;
    slot->stamp = orr__slot_stamp(slot->generation, ORR__SLOT_ALIVE);
    slot->table = table;
    slot->row = row;
}

// Slots of the free list; returns how many there were. Slots freed together mostly follow each other in the list as
// they stand in memory, up or down: going on by the last step spares waiting for the link, which is only compared.
static uint32_t reuse(orr__entities *all, uint32_t table, uint32_t row, uint32_t count, orr_entity *out)
{
    uint32_t index = all->free_head, step = 0, done = 0;
    orr__slot *slot = index == UINT32_MAX ? NULL : orr__slot_at(all, index);
    while (done < count && index != UINT32_MAX) {
        const uint32_t generation = slot->stamp & ORR__GENERATION_MAX, next = slot->row;
        slot->stamp = orr__slot_stamp(generation, ORR__SLOT_ALIVE);
        slot->table = table;
        slot->row = row + done;
        out[done++] = orr__entity_make(index, generation);
        if (next - index == step && (next ^ index) < ORR__SLOT_PAGE) {
            slot += (int32_t)step;
        } else if (next != UINT32_MAX) {
            step = next > index ? 1 : UINT32_MAX;
            slot = orr__slot_at(all, next);
        }
        index = next;
    }
    all->free_head = index;
    all->free_count -= done;
    return done;
}

void orr__entity_spawn_rows(orr_world *world, uint32_t table, uint32_t row, uint32_t count, orr_entity *out)
{
    orr__entities *all = &world->entities;
    all->alive += count;
    uint32_t done = reuse(all, table, row, count, out);
    while (done < count) { // new slots, page by page
        const uint32_t index = all->slot_count, left = ORR__SLOT_PAGE - index % ORR__SLOT_PAGE;
        const uint32_t many = count - done < left ? count - done : left;
        orr__slot *slot = orr__slot_at(all, index);
        const uint32_t stamp = orr__slot_stamp(1, ORR__SLOT_ALIVE);
        for (uint32_t i = 0; i < many; i++) {
            slot[i].stamp = stamp;
            slot[i].table = table;
            slot[i].row = row + done + i;
            out[done + i] = orr__entity_make(index + i, 1);
        }
        all->slot_count += many;
        done += many;
    }
}

void orr__entity_release(orr_world *world, orr_entity entity)
{
    const uint32_t index = orr_entity_index(entity);
    orr__slot_release(&world->entities, orr__slot_at(&world->entities, index), index);
}

// ---- single entities ------------------------------------------------------------------------------------------------

bool orr_entity_is_alive(const orr_world *world, orr_entity entity)
{
    return orr__slot_alive(&world->entities, entity) != NULL;
}

bool orr_entity_has(const orr_world *world, orr_entity entity, orr_component component)
{
    const orr__slot *slot = orr__slot_alive(&world->entities, entity);
    return slot && orr__table_component(world->tables[slot->table], component) != ORR__NO_COLUMN;
}

uint32_t orr_entity_index(orr_entity entity)
{
    return (uint32_t)(entity >> ORR__GENERATION_BITS);
}

uint32_t orr_entity_generation(orr_entity entity)
{
    return (uint32_t)(entity & ORR__GENERATION_MAX);
}

typedef struct place {
    orr__table *table;
    orr__chunk *chunk;
    uint32_t row; // in the chunk
    orr__placed component;
} place;

__attribute__((noinline, cold)) static int32_t fail_place(const orr_world *world, orr_entity entity,
                                                          orr_component component, const char *call)
{
    int32_t code = orr__component_check(world, component, call);
    if (code) return code;
    if (!orr__slot_alive(&world->entities, entity)) {
        fail_dead(world, entity);
        return orr__fail_more("%s", call);
    }
    return orr__fail(ORR_E_NOT_FOUND, "%s: entity %llu has no component '%s'", call, (unsigned long long)entity,
                     orr_component_name(world, component));
}

static inline bool find_in(const orr_world *world, const orr__slot *slot, orr_component component, place *out)
{
    orr__table *table = world->tables[slot->table];
    if (component > table->highest) return false;
    out->component = table->placed[component];
    if (out->component.at == ORR__NO_COLUMN) return false;
    out->table = table;
    out->chunk = table->chunks[slot->row >> 12];
    out->row = slot->row & (ORR__CHUNK_ROWS - 1);
    return true;
}

static inline bool find(const orr_world *world, orr_entity entity, orr_component component, place *out)
{
    const orr__slot *slot = orr__slot_alive(&world->entities, entity);
    return slot && find_in(world, slot, component, out);
}

static void read_mixed(const orr__component *of, void *const *columns, size_t row, char *record)
{
    for (uint32_t i = 0; i < of->field_count; i++) {
        const orr__field *field = &of->fields[i];
        char *to = record + field->offset;
        switch (field->bytes) {
        case 1: *to = ((const char *)columns[i])[row]; break;
        case 2: memcpy(to, (const char *)columns[i] + row * 2, 2); break;
        case 4: memcpy(to, (const char *)columns[i] + row * 4, 4); break;
        default: memcpy(to, (const char *)columns[i] + row * 8, 8); break;
        }
    }
}

static void write_mixed(const orr__component *of, void *const *columns, size_t row, const char *record)
{
    for (uint32_t i = 0; i < of->field_count; i++) {
        const orr__field *field = &of->fields[i];
        const char *from = record + field->offset;
        switch (field->bytes) {
        case 1: ((char *)columns[i])[row] = field->type == ORR_TYPE_BOOL ? *from != 0 : *from; break;
        case 2: memcpy((char *)columns[i] + row * 2, from, 2); break;
        case 4: memcpy((char *)columns[i] + row * 4, from, 4); break;
        default: memcpy((char *)columns[i] + row * 8, from, 8); break;
        }
    }
}

static inline void get_record(const orr__component *of, const place *p, char *record)
{
    void *const *columns = p->chunk->columns + p->component.first;
    const uint32_t count = of->field_count;
    const size_t row = p->row;
    if (of->uniform_bytes == 4) { // by far the most components
        for (uint32_t i = 0; i < count; i++) memcpy(record + i * 4, (const char *)columns[i] + row * 4, 4);
    } else {
        read_mixed(of, columns, row, record);
    }
}

static inline void set_record(orr_world *world, const orr__component *of, const place *p, orr_component component,
                              const char *record)
{
    void *const *columns = p->chunk->columns + p->component.first;
    const uint32_t count = of->field_count;
    const size_t row = p->row;
    if (of->uniform_bytes == 4) {
        for (uint32_t i = 0; i < count; i++) memcpy((char *)columns[i] + row * 4, record + i * 4, 4);
    } else {
        write_mixed(of, columns, row, record);
    }
    if (p->table->term_count) orr__tracker_mark(world, p->table, p->chunk, component, p->row, p->row + 1, 0);
}

int32_t orr_entity_get(const orr_world *world, orr_entity entity, orr_component component, void *record)
{
    place p;
    if (!find(world, entity, component, &p)) return fail_place(world, entity, component, "get");
    if (world->locked && !orr__world_may(world, component, false)) return orr__error_code();
    get_record(&world->components[component - 1], &p, record);
    return ORR_OK;
}

int32_t orr_entity_set(orr_world *world, orr_entity entity, orr_component component, const void *record)
{
    place p;
    if (!find(world, entity, component, &p)) return fail_place(world, entity, component, "set");
    if (world->locked && !orr__world_may(world, component, true)) return orr__error_code();
    set_record(world, &world->components[component - 1], &p, component, record);
    return ORR_OK;
}

// ---- many in no order -----------------------------------------------------------------------------------------------

enum { AT_ONCE = 32 };

// Finds the places of up to AT_ONCE entities. Slot, place and value each wait for the one before, and at random none of
// them is near: steps of their own keep many fetches in flight at a time. Returns how many there are before the first
// that has no place.
static inline uint32_t find_many(const orr_world *world, const orr_entity *entities, uint32_t count,
                                 orr_component component, place *places)
{
    const orr__slot *slots[AT_ONCE];
    uint32_t found = 0;
    for (; found < count; found++) {
        slots[found] = orr__slot_alive(&world->entities, entities[found]);
        if (!slots[found]) break;
    }
    for (uint32_t i = 0; i < found; i++) {
        if (!find_in(world, slots[i], component, &places[i])) return i;
    }
    return found;
}

static int32_t check_many(const orr_world *world, const orr_entity *entities, uint32_t count, orr_component component,
                          const void *records, bool write)
{
    const char *call = write ? "set_many" : "get_many";
    const int32_t code = orr__component_check(world, component, call);
    if (code) return code;
    if (count && (!entities || !records)) return orr__fail(ORR_E_ARGUMENT, "%s: no array", call);
    return world->locked && !orr__world_may(world, component, write) ? orr__error_code() : ORR_OK;
}

static int32_t fail_many(const orr_world *world, const orr_entity *entities, uint32_t at, uint32_t count,
                         orr_component component, const char *call)
{
    (void)fail_place(world, entities[at], component, call);
    return orr__fail_more("number %u of %u", (unsigned)at, (unsigned)count);
}

int32_t orr_entity_get_many(const orr_world *world, const orr_entity *entities, uint32_t count, orr_component component,
                            void *records)
{
    const int32_t code = check_many(world, entities, count, component, records, false);
    if (code) return code;
    const orr__component *of = &world->components[component - 1];
    place places[AT_ONCE];
    for (uint32_t done = 0; done < count;) {
        const uint32_t wanted = count - done < AT_ONCE ? count - done : AT_ONCE;
        const uint32_t found = find_many(world, entities + done, wanted, component, places);
        char *record = (char *)records + (size_t)done * of->record_bytes;
        for (uint32_t i = 0; i < found; i++) get_record(of, &places[i], record + (size_t)i * of->record_bytes);
        done += found;
        if (found < wanted) return fail_many(world, entities, done, count, component, "get_many");
    }
    return ORR_OK;
}

int32_t orr_entity_set_many(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component,
                            const void *records)
{
    const int32_t code = check_many(world, entities, count, component, records, true);
    if (code) return code;
    const orr__component *of = &world->components[component - 1];
    place places[AT_ONCE];
    for (uint32_t pass = 0; pass < 2; pass++) { // the first one only looks
        for (uint32_t done = 0; done < count; done += AT_ONCE) {
            const uint32_t wanted = count - done < AT_ONCE ? count - done : AT_ONCE;
            const uint32_t found = find_many(world, entities + done, wanted, component, places);
            if (found < wanted) return fail_many(world, entities, done + found, count, component, "set_many");
            const char *record = (const char *)records + (size_t)done * of->record_bytes;
            for (uint32_t i = 0; pass && i < found; i++) {
                set_record(world, of, &places[i], component, record + (size_t)i * of->record_bytes);
            }
        }
    }
    return ORR_OK;
}

// ---- borrowing ------------------------------------------------------------------------------------------------------

// Why there is nothing to borrow; NULL. Apart, so that the short way saves no registers.
__attribute__((noinline, cold)) static void *fail_borrow(const orr_world *world, orr_entity entity, orr_field field,
                                                         const char *call)
{
    place p;
    if (!find(world, entity, field.component, &p))
        (void)fail_place(world, entity, field.component, call);
    else
        (void)orr__field_check(world, field, call);
    return NULL;
}

// The value of a field, or NULL. All it asks for stands in the table and the chunk: components are not looked at.
static inline void *borrow(const orr_world *world, orr_entity entity, orr_field field, place *out)
{
    const orr__slot *slot = orr__slot_alive(&world->entities, entity);
    if (!slot) return NULL;
    orr__table *table = world->tables[slot->table];
    if (field.component > table->highest) return NULL;
    const orr__placed *placed = &table->placed[field.component];
    const uint32_t column = (uint32_t)placed->first + field.index;
    if (column >= placed->end) return NULL; // also when the table lacks the component
    out->table = table;
    out->chunk = table->chunks[slot->row >> 12];
    out->row = slot->row & (ORR__CHUNK_ROWS - 1);
    const uint32_t bytes = placed->bytes ? placed->bytes : table->column_bytes[column];
    return (char *)out->chunk->columns[column] + (size_t)out->row * bytes;
}

// While systems run. Apart for the same reason: the others need not keep anything for a call.
__attribute__((noinline)) static const void *read_locked(const orr_world *world, orr_entity entity, orr_field field)
{
    place p;
    const void *found = borrow(world, entity, field, &p);
    if (!found) return fail_borrow(world, entity, field, "read");
    return orr__world_may(world, field.component, false) ? found : NULL;
}

const void *orr_entity_read(const orr_world *world, orr_entity entity, orr_field field)
{
    if (world->locked) return read_locked(world, entity, field);
    place p;
    const void *found = borrow(world, entity, field, &p);
    return found ? found : fail_borrow(world, entity, field, "read");
}

// While systems run, or when trackers want to know.
__attribute__((noinline)) static void *write_marked(orr_world *world, orr_entity entity, orr_field field)
{
    place p;
    void *found = borrow(world, entity, field, &p);
    if (!found) return fail_borrow(world, entity, field, "write");
    if (world->locked && !orr__world_may(world, field.component, true)) return NULL;
    orr__tracker_mark(world, p.table, p.chunk, field.component, p.row, p.row + 1, 0);
    return found;
}

void *orr_entity_write(orr_world *world, orr_entity entity, orr_field field)
{
    if (world->locked) return write_marked(world, entity, field);
    place p;
    void *found = borrow(world, entity, field, &p);
    if (!found) return fail_borrow(world, entity, field, "write");
    return p.table->term_count ? write_marked(world, entity, field) : found;
}
