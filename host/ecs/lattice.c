#include "ecs/lattice.h"

#include "base/array.h"
#include "base/error.h"
#include "ecs/migrate.h"
#include "ecs/world.h"

#include <string.h>

enum { WRAP_X = 1, WRAP_Y = 2, LINE = 64, KIND = 2 /* ORR__ACCESS_LATTICE */ };

orr__lattice *orr__lattice_at(const orr_world *world, orr_lattice lattice)
{
    return lattice >= 1 && lattice <= world->lattice_count ? world->lattices[lattice - 1] : NULL;
}

uint32_t orr__lattice_field(const orr__lattice *lattice, const char *name)
{
    for (uint32_t i = 0; i < lattice->field_count; i++) {
        if (strcmp(lattice->fields[i].name, name) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

static size_t padded_bytes(uint64_t cells, uint32_t cell_bytes)
{
    const size_t bytes = (size_t)cells * cell_bytes;
    return (bytes + LINE - 1) / LINE * LINE + LINE;
}

size_t orr__lattice_bytes(const orr__lattice *lattice, uint32_t field)
{
    return padded_bytes((uint64_t)lattice->width * lattice->height, lattice->fields[field].bytes);
}

void orr__lattice_prepare(orr__lattice *lattice)
{
    for (uint32_t i = 0; i < lattice->field_count; i++) {
        memcpy(lattice->back[i], lattice->front[i], orr__lattice_bytes(lattice, i));
    }
}

void orr__lattice_swap(orr__lattice *lattice)
{
    void **front = lattice->front;
    lattice->front = lattice->back;
    lattice->back = front;
}

/* ---- creation ---------------------------------------------------------------------------------------------------- */

static void destroy(orr__alloc *alloc, orr__lattice *lattice)
{
    for (uint32_t i = 0; i < lattice->field_count; i++) {
        if (lattice->front) {
            orr__alloc_free(alloc, lattice->front[i], orr__lattice_bytes(lattice, i));
        }
        if (lattice->back) {
            orr__alloc_free(alloc, lattice->back[i], orr__lattice_bytes(lattice, i));
        }
        orr__alloc_string_free(alloc, lattice->fields[i].name);
    }
    orr__alloc_free(alloc, lattice->front, lattice->field_count * sizeof *lattice->front);
    orr__alloc_free(alloc, lattice->back, lattice->field_count * sizeof *lattice->back);
    orr__alloc_free(alloc, lattice->fields, lattice->field_count * sizeof *lattice->fields);
    orr__alloc_string_free(alloc, lattice->name);
    orr__alloc_free(alloc, lattice, sizeof *lattice);
}

void orr__lattice_drop(orr_world *world, uint32_t count)
{
    while (world->lattice_count > count) destroy(&world->alloc, world->lattices[--world->lattice_count]);
}

void orr__lattice_fini(orr_world *world)
{
    for (uint32_t i = 0; i < world->lattice_count; i++) {
        destroy(&world->alloc, world->lattices[i]);
    }
    world->lattice_count = 0;
    orr__array_free(&world->alloc, &world->lattices, &world->lattice_capacity, sizeof(orr__lattice *));
}

static bool is_identifier(const char *name)
{
    if (!name || !(*name == '_' || (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z'))) {
        return false;
    }
    for (; *name; name++) {
        if (!(*name == '_' || (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
              (*name >= '0' && *name <= '9'))) {
            return false;
        }
    }
    return true;
}

static int32_t check_fields(const orr_lattice_desc *desc)
{
    if (desc->field_count == 0 || !desc->fields) {
        return orr__fail(ORR_E_ARGUMENT, "lattice '%s': needs at least one field", desc->name);
    }
    if (desc->field_count > ORR__FIELDS_MAX) {
        return orr__fail(ORR_E_LIMIT, "lattice '%s': %u fields; at most %d are allowed", desc->name,
                         (unsigned)desc->field_count, ORR__FIELDS_MAX);
    }
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const orr_field_desc *field = &desc->fields[i];
        if (!is_identifier(field->name)) {
            return orr__fail(ORR_E_ARGUMENT, "lattice '%s': field name '%s' is not an identifier", desc->name,
                             field->name ? field->name : "(none)");
        }
        if (field->type == ORR_TYPE_NONE || field->type >= ORR_TYPE_COUNT) {
            return orr__fail(ORR_E_TYPE, "lattice '%s': field '%s' has unknown type %u", desc->name, field->name,
                             (unsigned)field->type);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(desc->fields[k].name, field->name) == 0) {
                return orr__fail(ORR_E_EXISTS, "lattice '%s': field '%s' is given twice", desc->name, field->name);
            }
        }
    }
    return ORR_OK;
}

static int32_t check(const orr_lattice_desc *desc)
{
    if (!desc || !is_identifier(desc->name)) {
        return orr__fail(ORR_E_ARGUMENT, "lattice: name '%s' is not an identifier",
                         desc && desc->name ? desc->name : "(none)");
    }
    if (desc->width == 0 || desc->height == 0) {
        return orr__fail(ORR_E_RANGE, "lattice '%s': width %u and height %u must be at least 1", desc->name,
                         (unsigned)desc->width, (unsigned)desc->height);
    }
    const uint64_t cells = (uint64_t)desc->width * desc->height;
    if (cells > ORR__CELLS_MAX) {
        return orr__fail(ORR_E_LIMIT, "lattice '%s': %u x %u is %llu cells; at most %d (2^28) are allowed", desc->name,
                         (unsigned)desc->width, (unsigned)desc->height, (unsigned long long)cells, ORR__CELLS_MAX);
    }
    return check_fields(desc);
}

static uint32_t wraps_of(const orr_lattice_desc *desc)
{
    return (desc->wrap_x ? (uint32_t)WRAP_X : 0u) | (desc->wrap_y ? (uint32_t)WRAP_Y : 0u);
}

static bool same(const orr__lattice *lattice, const orr_lattice_desc *desc)
{
    if (lattice->width != desc->width || lattice->height != desc->height || lattice->wraps != wraps_of(desc) ||
        lattice->field_count != desc->field_count) {
        return false;
    }
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const uint32_t at = orr__lattice_field(lattice, desc->fields[i].name);
        if (at == UINT32_MAX || lattice->fields[at].type != desc->fields[i].type) {
            return false;
        }
        uint64_t mine[2] = { 0, 0 }; /* compared as stored: bytes of the union that the type does not use say nothing */
        orr__value_store(&mine[0], 0, desc->fields[i].type, lattice->fields[at].value);
        orr__value_store(&mine[1], 0, desc->fields[i].type, desc->fields[i].value);
        if (mine[0] != mine[1]) {
            return false;
        }
    }
    return true;
}

/* Cell by cell would be slow for the quarter of a billion cells that are allowed: the filled part is doubled. */
static void fill(void *cells, uint64_t count, const orr__field *field, size_t bytes)
{
    const size_t used = (size_t)count * field->bytes;
    orr__value_store(cells, 0, field->type, field->value);
    for (size_t done = field->bytes; done < used;) {
        const size_t more = done < used - done ? done : used - done;
        memcpy((char *)cells + done, cells, more);
        done += more;
    }
    memset((char *)cells + used, 0, bytes - used);
}

/* Fields are inserted where their name belongs. */
static int32_t copy_fields(orr__alloc *alloc, orr__lattice *lattice, const orr_lattice_desc *desc)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const orr_field_desc *from = &desc->fields[i];
        uint32_t at = i;
        for (; at > 0 && strcmp(lattice->fields[at - 1].name, from->name) > 0; at--) {
            lattice->fields[at] = lattice->fields[at - 1];
        }
        lattice->fields[at] = (orr__field){
            .name = orr__alloc_string(alloc, from->name),
            .type = (uint8_t)from->type,
            .bytes = (uint8_t)orr_type_bytes(from->type),
            .value = from->value,
        };
        if (!lattice->fields[at].name) {
            return ORR_E_MEMORY;
        }
    }
    return ORR_OK;
}

static int32_t build(orr__alloc *alloc, orr__lattice *lattice, const orr_lattice_desc *desc)
{
    const uint32_t count = desc->field_count;
    lattice->width = desc->width;
    lattice->height = desc->height;
    lattice->wraps = wraps_of(desc);
    lattice->name = orr__alloc_string(alloc, desc->name);
    lattice->fields = orr__alloc_zero(alloc, count * sizeof *lattice->fields, 0);
    lattice->field_count = lattice->fields ? count : 0; /* `destroy` looks at that many fields */
    if (!lattice->name || !lattice->fields) {
        return ORR_E_MEMORY;
    }
    if (copy_fields(alloc, lattice, desc) != ORR_OK) {
        return ORR_E_MEMORY;
    }
    lattice->front = orr__alloc_zero(alloc, count * sizeof *lattice->front, 0);
    lattice->back = orr__alloc_zero(alloc, count * sizeof *lattice->back, 0);
    if (!lattice->front || !lattice->back) {
        return ORR_E_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        const size_t bytes = orr__lattice_bytes(lattice, i);
        lattice->front[i] = orr__alloc_new(alloc, bytes, LINE);
        lattice->back[i] = orr__alloc_new(alloc, bytes, LINE);
        if (!lattice->front[i] || !lattice->back[i]) {
            return ORR_E_MEMORY;
        }
        fill(lattice->front[i], (uint64_t)desc->width * desc->height, &lattice->fields[i], bytes);
        memcpy(lattice->back[i], lattice->front[i], bytes);
    }
    return ORR_OK;
}

static orr_lattice find_one(const orr_world *world, const char *name, bool hidden)
{
    for (uint32_t i = 0; i < world->lattice_count; i++) {
        if (world->lattices[i]->hidden.now == hidden && strcmp(world->lattices[i]->name, name) == 0) {
            return i + 1;
        }
    }
    return 0;
}

static orr_lattice find(const orr_world *world, const char *name)
{
    return find_one(world, name, false);
}

/* ---- declared anew, with another shape, while a script is loaded again ---- */

typedef struct reshaped {
    orr__undo undo;
    orr_lattice id;
    orr__lattice *aside;
} reshaped;

static void exchange(orr_world *world, reshaped *r)
{
    orr__lattice *now = world->lattices[r->id - 1];
    world->lattices[r->id - 1] = r->aside;
    r->aside = now;
}

static void revert(orr_world *world, orr__undo *undo)
{
    reshaped *r = (reshaped *)(void *)undo;
    exchange(world, r);
    destroy(&world->alloc, r->aside);
}

static void forget(orr_world *world, orr__undo *undo)
{
    destroy(&world->alloc, ((reshaped *)(void *)undo)->aside);
}

/* Cells that both have keep what is called the same. */
static void take_cells(const orr__lattice *old, orr__lattice *now)
{
    uint32_t from[ORR__FIELDS_MAX];
    orr__fields_trace(old->fields, old->field_count, now->fields, now->field_count, from);
    const uint32_t width = old->width < now->width ? old->width : now->width;
    const uint32_t height = old->height < now->height ? old->height : now->height;
    for (uint32_t f = 0; f < now->field_count; f++) {
        if (from[f] == UINT32_MAX) continue;
        const orr__field *before = &old->fields[from[f]], *after = &now->fields[f];
        for (uint32_t y = 0; y < height; y++) {
            for (uint32_t x = 0; x < width; x++) {
                orr_value value = orr__value_load(old->front[from[f]], y * old->width + x, before->type);
                if (orr__value_convert(before->type, value, after->type, &value))
                    orr__value_store(now->front[f], y * now->width + x, after->type, value);
            }
        }
        memcpy(now->back[f], now->front[f], orr__lattice_bytes(now, f));
    }
}

static void tell(orr_world *world, const orr__lattice *old, const orr__lattice *now)
{
    char text[800];
    orr__fields_tell(old->fields, old->field_count, now->fields, now->field_count, text, sizeof text);
    if (old->width == now->width && old->height == now->height)
        orr__edition_note_add(world, 0, "lattice '%s': %s", now->name, text[0] ? text : "it wraps otherwise");
    else
        orr__edition_note_add(world, 0, "lattice '%s': %u x %u instead of %u x %u, cells that both have are kept%s%s",
                              now->name, now->width, now->height, old->width, old->height, text[0] ? "; " : "", text);
}

static orr_lattice redefine(orr_world *world, orr_lattice id, const orr_lattice_desc *desc)
{
    orr__alloc *alloc = &world->alloc;
    reshaped *r = orr__undo_new(world, sizeof *r);
    orr__lattice *lattice = r ? orr__alloc_zero(alloc, sizeof *lattice, 0) : NULL;
    if (!lattice || build(alloc, lattice, desc) != ORR_OK) {
        if (lattice) destroy(alloc, lattice);
        orr__undo_free(world, r ? &r->undo : NULL);
        orr__fail_more("lattice '%s'", desc->name);
        return 0;
    }
    *r = (reshaped){
        .undo = { .bytes = r->undo.bytes, .revert = revert, .forget = forget, .moved = true, .kind = KIND, .id = id },
        .id = id,
        .aside = lattice
    };
    const orr__lattice *old = world->lattices[id - 1];
    lattice->hidden = (orr__hidden){ .scripted = true, .before = old->hidden.before };
    take_cells(old, lattice);
    tell(world, old, lattice);
    exchange(world, r);
    orr__undo_push(world, &r->undo);
    return id;
}

orr_lattice orr_lattice_create(orr_world *world, const orr_lattice_desc *desc)
{
    if (check(desc) != ORR_OK) {
        return 0;
    }
    orr_lattice known = find(world, desc->name);
    const bool anew = world->edition && world->scripted && !world->locked;
    if (!known) known = find_one(world, desc->name, true);
    if (known) {
        orr__lattice *old = world->lattices[known - 1];
        if (same(old, desc)) {
            old->hidden.now = false;
            return known;
        }
        if (anew && old->hidden.scripted) return redefine(world, known, desc);
        orr__fail(ORR_E_EXISTS,
                  "lattice '%s': exists already with other properties (%u x %u cells, %u fields; now "
                  "%u x %u, %u)",
                  desc->name, (unsigned)old->width, (unsigned)old->height, (unsigned)old->field_count,
                  (unsigned)desc->width, (unsigned)desc->height, (unsigned)desc->field_count);
        return 0;
    }
    if (world->may_name && world->may_name(world, desc->name) != ORR_OK) return 0;
    if (orr__world_mine(world, "orr_lattice_create")) return 0;
    if (world->locked) {
        orr__fail(ORR_E_LOCKED, "lattice '%s': cannot be created while systems run", desc->name);
        return 0;
    }
    orr__world_still(world);
    orr__alloc *alloc = &world->alloc;
    orr__lattice *lattice = NULL;
    if (orr__array_reserve(alloc, &world->lattices, &world->lattice_capacity, world->lattice_count + 1,
                           sizeof(orr__lattice *)) == ORR_OK) {
        lattice = orr__alloc_zero(alloc, sizeof *lattice, 0);
    }
    if (!lattice || build(alloc, lattice, desc) != ORR_OK) {
        if (lattice) {
            destroy(alloc, lattice);
        }
        orr__fail_more("lattice '%s'", desc->name);
        return 0;
    }
    lattice->hidden.scripted = world->scripted;
    world->lattices[world->lattice_count++] = lattice;
    return world->lattice_count;
}

/* ---- look-ups ---------------------------------------------------------------------------------------------------- */

enum { NAMES_MAX = 64 }; /* candidates for "did you mean": enough, and no memory needed to report an error */

orr_lattice orr_lattice_find(const orr_world *world, const char *name)
{
    if (!name) {
        orr__fail(ORR_E_ARGUMENT, "lattice: no name given");
        return 0;
    }
    const orr_lattice lattice = find(world, name);
    if (!lattice) {
        const char *names[NAMES_MAX];
        uint32_t count = 0;
        for (uint32_t i = 0; i < world->lattice_count && count < NAMES_MAX; i++) {
            if (!world->lattices[i]->hidden.now) names[count++] = world->lattices[i]->name;
        }
        const char *near = orr__nearest(name, names, count);
        orr__fail(ORR_E_NOT_FOUND, "lattice '%s' does not exist%s%s%s", name, near ? " (did you mean '" : "",
                  near ? near : "", near ? "'?)" : "");
    }
    return lattice;
}

void *orr_lattice_cells(orr_world *world, orr_lattice lattice, const char *field, uint32_t *width, uint32_t *height)
{
    const orr__lattice *found = orr__lattice_at(world, lattice);
    if (!found) {
        orr__fail(ORR_E_NOT_FOUND, "lattice %u does not exist in this world", (unsigned)lattice);
        return NULL;
    }
    if (!field) {
        orr__fail(ORR_E_ARGUMENT, "lattice '%s': no field given", found->name);
        return NULL;
    }
    const uint32_t at = orr__lattice_field(found, field);
    if (at == UINT32_MAX) {
        const char *names[ORR__FIELDS_MAX];
        for (uint32_t i = 0; i < found->field_count; i++) {
            names[i] = found->fields[i].name;
        }
        const char *near = orr__nearest(field, names, found->field_count);
        orr__fail(ORR_E_NOT_FOUND, "lattice '%s' has no field '%s'%s%s%s", found->name, field,
                  near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
        return NULL;
    }
    if (world->locked && world->may_lattice && world->may_lattice(world, lattice) != ORR_OK) return NULL;
    if (width) {
        *width = found->width;
    }
    if (height) {
        *height = found->height;
    }
    return found->front[at];
}
