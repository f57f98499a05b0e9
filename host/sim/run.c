#include "sim/run.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/os.h"
#include "sim/inputs.h"
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

void orr__run_init(orr_run *run, orr_world *world)
{
    memset(run, 0, sizeof *run);
    run->world = world;
    run->version = UINT64_MAX;
    run->row_hint = UINT32_MAX;
    run->current = run->home = &run->outside;
    run->of = run;
    run->outside.run = run;
    run->outside.index = UINT32_MAX;
    run->outside.rows.chunk_count = 0;
    run->outside.rows.range = &run->outside;
    orr__arena_init(&run->arena, &world->alloc, 0);
    orr__arena_init_paged(&run->frozen, &world->alloc, ORR__FROZEN_BYTES);
    atomic_flag_clear(&run->failure_lock);
    atomic_init(&run->recorded, 0);
    atomic_init(&run->dropped, false);
    atomic_init(&run->turn, 0);
    atomic_init(&run->unfinished, 0);
    atomic_init(&run->time_ns, 0);
}

void orr__run_call(orr_run *call, orr_run *of, uint32_t begin, uint32_t end, uint32_t worker)
{
    memset(call, 0, sizeof *call);
    call->world = of->world;
    call->system = of->system;
    call->tick = of->tick;
    call->ranges = of->ranges;
    call->range_count = of->range_count;
    call->next = begin;
    call->end = end;
    call->of = of;
    call->worker = worker;
    call->no_world = of->no_world;
    call->row_hint = UINT32_MAX;
    call->outside.run = of;
    call->outside.index = UINT32_MAX;
    call->outside.rows.range = &call->outside;
    /* what is recorded between ranges would depend on how they are grouped */
    call->current = call->home = of->range_count ? &call->outside : &of->outside;
}

void orr__run_fini(orr_run *run)
{
    orr__alloc *alloc = &run->world->alloc;
    orr__inputs_release(run);
    for (uint32_t i = 0; i < run->range_count; i++) orr__range_drop(&run->ranges[i]);
    orr__range_drop(&run->outside);
    orr__array_free(alloc, &run->ranges, &run->range_capacity, sizeof *run->ranges);
    orr__array_free(alloc, &run->whole, &run->whole_capacity, sizeof *run->whole);
    orr__arena_fini(&run->arena);
    orr__arena_fini(&run->frozen);
    run->range_count = 0;
}

void orr__run_name(const orr_run *run, char *text, size_t bytes)
{
    static const char *const kinds[] = { "add", "remove", "change" };
    if (run->system)
        snprintf(text, bytes, "system '%s'", run->system->name);
    else
        snprintf(text, bytes, "hook on %s of '%s'", kinds[run->hook->kind],
                 orr_component_name(run->world, run->hook->component));
}

void orr__run_failed(orr_run *run, orr_range *range, int32_t code)
{
    orr_run *of = run->of;
    while (atomic_flag_test_and_set_explicit(&of->failure_lock, memory_order_acquire)) orr__pause();
    orr__run_failure *failure = &of->failure;
    if (failure->code == ORR_OK || range->index < failure->range) {
        const char *text = orr__error_text();
        failure->code = code < 0 ? code : ORR_E_JOB;
        failure->range = range->index;
        failure->row = run->row_hint;
        if (*text)
            snprintf(failure->text, sizeof failure->text, "%s", text);
        else
            snprintf(failure->text, sizeof failure->text, "returned %d (%s)", (int)code, orr_error_name(code));
    }
    atomic_flag_clear_explicit(&of->failure_lock, memory_order_release);
    orr__error_clear();
}

bool orr__run_has_spawned(const orr_run *run)
{
    if (!atomic_load_explicit(&run->recorded, memory_order_relaxed)) return false;
    for (uint32_t i = 0; i <= run->range_count; i++) {
        const orr_range *range = i < run->range_count ? &run->ranges[i] : &run->outside;
        if (range->recording && range->recording->patches.provisional_count) return true;
    }
    return false;
}

int32_t orr__run_may(const orr_run *run, orr_component component, bool write)
{
    const orr__system *system = run->system;
    if (!system) return ORR_OK;
    if (system->render && write)
        return orr__fail(ORR_E_ACCESS, "system '%s': systems of the stage 'render' write nothing", system->name);
    if (system->exclusive) return ORR_OK;
    const uint32_t mode = orr__access_mode(&system->access, ORR__ACCESS_COMPONENT, component);
    const uint32_t wanted = write ? ORR_WRITE | ORR_MARK : ORR_READ | ORR_WRITE | ORR_MARK;
    if (mode & wanted) return ORR_OK;
    return orr__fail(ORR_E_ACCESS, "system '%s': component '%s' is %s without being declared: add it to %s",
                     system->name, orr_component_name(run->world, component), write ? "written" : "read",
                     write ? "`writes` or `marks`" : "`reads`");
}

/* Whether the field is one of the world's, for the messages of those who made it up. */
static int32_t known(const orr_run *run, orr_field field)
{
    const orr_world *world = run->world;
    if (field.component == 0 || field.component > world->component_count ||
        field.index >= orr__component_at(world, field.component)->field_count)
        return orr__fail(ORR_E_ARGUMENT, "not a field of this world");
    return ORR_OK;
}

orr_world *orr_run_world(orr_run *run)
{
    if (!run->no_world) return run->world;
    orr__fail(ORR_E_ACCESS, "system '%s' runs on workers, which see no world", run->system->name);
    return NULL;
}

const orr_tick *orr_run_tick(const orr_run *run)
{
    return &run->tick;
}

const orr_rows *orr_run_next(orr_run *run)
{
    run->row_hint = UINT32_MAX;
    orr__trace_span_end(&run->world->sim->trace, run->worker, 0);
    if (run->current != run->home && run->tick.substep + 1 < run->tick.substeps) {
        run->tick.substep++;
        return &run->current->rows;
    }
    run->tick.substep = 0;
    if (run->next >= run->end || atomic_load_explicit(&run->of->dropped, memory_order_relaxed)) {
        run->current = run->home;
        return NULL;
    }
    run->current = &run->ranges[run->next++];
    return &run->current->rows;
}

const void *orr_run_read(orr_run *run, orr_field field)
{
    if (known(run, field) != ORR_OK || orr__run_may(run, field.component, false) != ORR_OK) return NULL;
    const orr_range *range = run->current;
    if (!range->chunk) {
        orr__fail(ORR_E_ARGUMENT, "columns are those of a range: call orr_run_next first");
        return NULL;
    }
    const void *column = orr__chunk_column(range->table, range->chunk, field);
    if (!column)
        orr__fail(ORR_E_NOT_FOUND, "these rows have no component '%s'",
                  orr_component_name(run->world, field.component));
    return column;
}

void *orr_run_write(orr_run *run, orr_field field)
{
    if (known(run, field) != ORR_OK || orr__run_may(run, field.component, true) != ORR_OK) return NULL;
    orr_range *range = run->current;
    if (!range->chunk) {
        orr__fail(ORR_E_ARGUMENT, "columns are those of a range: call orr_run_next first");
        return NULL;
    }
    void *column = orr__chunk_column(range->table, range->chunk, field);
    if (!column) {
        orr__fail(ORR_E_NOT_FOUND, "these rows have no component '%s'",
                  orr_component_name(run->world, field.component));
        return NULL;
    }
    const uint32_t at = orr__table_component(range->table, field.component);
    range->wrote |= orr__range_wrote(range->table->first_column[at] + field.index);
    return column;
}

uint64_t *orr_run_marks(orr_run *run, orr_component component)
{
    orr_range *range = run->current;
    const orr__system *system = run->system;
    if (!system || component == 0 || component > run->world->component_count ||
        !(orr__access_mode(&system->access, ORR__ACCESS_COMPONENT, component) & ORR_MARK)) {
        orr__fail(ORR_E_ACCESS, "%s%s%s: rows of component '%s' are marked without being declared: add it to `marks`",
                  system ? "system '" : "", system ? system->name : "hook", system ? "'" : "",
                  component && component <= run->world->component_count ? orr_component_name(run->world, component)
                                                                        : "?");
        return NULL;
    }
    if (!range->chunk) {
        orr__fail(ORR_E_ARGUMENT, "marks are those of a range: call orr_run_next first");
        return NULL;
    }
    const uint32_t at = orr__table_component(range->table, component);
    range->marked = true;
    return at == ORR__NO_COLUMN ? NULL : range->chunk->changed[at];
}

const orr_gather *orr_run_gather(orr_run *run, orr_field field)
{
    if (known(run, field) != ORR_OK) return NULL;
    const orr__gathered *gathered = run->system ? orr__gathers_find(&run->system->gathers, field) : NULL;
    if (gathered) return orr__inputs_gather(run, gathered);
    orr__fail(ORR_E_ACCESS,
              "system '%s': field '%s.%s' is gathered without being declared: add it to `gather` (in C: gathers)",
              run->system ? run->system->name : "hook", orr_component_name(run->world, field.component),
              orr__component_at(run->world, field.component)->fields[field.index].name);
    return NULL;
}

const orr_neighbours *orr_run_neighbours(orr_run *run, orr_near_index index)
{
    const orr_world *world = run->world;
    if (index == 0 || index > world->sim->neighbours.count) {
        orr__fail(ORR_E_ARGUMENT, "not a neighbours index of this world");
        return NULL;
    }
    const orr__system *system = run->system;
    orr__near_grid *grid = orr__near_at(world, index);
    /* the tick builds those that are declared; exclusive systems and hooks get theirs now */
    if (!system || system->exclusive) return orr__near_refresh(run->world, index) == ORR_OK ? &grid->out : NULL;
    if (orr__access_mode(&system->access, ORR__ACCESS_NEIGHBOURS, index) & ORR_READ)
        return orr__inputs_neighbours(run, index, &grid->out);
    orr__fail(ORR_E_ACCESS,
              "system '%s': neighbours '%s' is read without being declared: add it to `reads` (in C: resource_reads)",
              system->name, grid->name);
    return NULL;
}

const orr_lattice_slot *orr_run_lattice(orr_run *run, orr_lattice lattice, const char *field)
{
    const orr_world *world = run->world;
    if (lattice == 0 || lattice > world->lattice_count) {
        orr__fail(ORR_E_ARGUMENT, "not a lattice of this world");
        return NULL;
    }
    const orr__lattice *of = orr__lattice_at(world, lattice);
    const uint32_t at = orr__lattice_field(of, field);
    if (at == UINT32_MAX) {
        orr__fail(ORR_E_NOT_FOUND, "lattice '%s' has no field '%s'", of->name, field);
        return NULL;
    }
    const orr__cells_view *view = run->system ? orr__cells_find(&run->system->cells, lattice, at) : NULL;
    if (view) return orr__inputs_lattice(run, view);
    orr__fail(ORR_E_ACCESS,
              "system '%s': lattice '%s' is used without being declared: add it to `reads` or "
              "`writes` (in C: resource_reads, resource_writes)",
              run->system ? run->system->name : "hook", of->name);
    return NULL;
}

void orr__run_at_row(orr_run *run, uint32_t row)
{
    run->row_hint = row;
}

uint64_t orr__run_spawn_key(orr_run *run)
{
    orr_range *range = run->current;
    const bool in_rows = range->chunk && range->rows.end > range->rows.begin;
    const uint64_t words[3] = { in_rows ? range->rows.entity[range->rows.begin] : 0, run->tick.stream,
                                range->sequence++ };
    return orr__hash_bytes(words, sizeof words, 1);
}
