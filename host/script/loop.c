#include "script/loop.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "ecs/world.h"
#include "script/draft.h"
#include "script/machine.h"
#include "script/plain.h"
#include "sim/sim.h"

static const orr__bounds empty = { 1, 0 };

static orr__loop_state *state_of(orr__loop *loop)
{
    return (orr__loop_state *)(void *)loop;
}

static orr__group_state *group_of(orr__group *group)
{
    return (orr__group_state *)(void *)group;
}

orr__loop *orr__loop_create(orr__machine *m, uint32_t kind)
{
    orr__loop_state *loop = orr__alloc_zero(&m->world->alloc, sizeof *loop, 0);
    if (!loop) return NULL;
    loop->seen.kind = kind;
    loop->seen.bounds = empty;
    loop->next = m->loops;
    m->loops = loop;
    return &loop->seen;
}

/* ---- groups ---- */

/* Whether the rows where the loop is have a component at all: all that there is to know of a tag. */
static bool has_component(const orr__machine *m, const orr__loop_state *loop, orr_component component)
{
    const orr__table *table = NULL;
    if (!loop->seen.open) return false;
    if (loop->seen.kind == ORR__LOOP_STAGE)
        table = orr__prefab_at(m->world, loop->stage->prefab)->table;
    else if (loop->seen.kind == ORR__LOOP_RUN)
        table = loop->range->table;
    else
        table = loop->cursor.table;
    return table && orr__table_component(table, component) != ORR__NO_COLUMN;
}

/* No NaN in the rows of a group that scripts must not see. */
static void keep_plain(orr__machine *m, orr__group_state *g, uint32_t kind, const orr__bounds *rows)
{
    const uint32_t systems = m->world->sim->systems.count;
    if (g->systems != systems) {
        g->systems = systems;
        g->foreign = orr__plain_wanted(m, kind, g->seen.component);
    }
    for (uint32_t i = 0; i < g->seen.column_count && g->foreign; i++) {
        orr__plain_column(g->seen.columns[i], g->fields[i].type, (uint64_t)rows->first, (uint64_t)rows->last + 1);
    }
}

/* Pointers of a group for the rows where the loop is; what the rows lack leaves the group empty. */
static void fill_group(orr__machine *m, orr__loop_state *loop, orr__group *group)
{
    orr__group_state *g = group_of(group);
    bool there = has_component(m, loop, group->component), whole = true;
    for (uint32_t i = 0; i < group->column_count && there; i++) {
        void *column = NULL;
        if (loop->seen.kind == ORR__LOOP_STAGE)
            column = orr__stage_column(m->world, loop->stage, g->fields[i]);
        else if (loop->seen.kind == ORR__LOOP_RUN) {
            orr_range *range = loop->range;
            if (group->write) range->wrote = UINT64_MAX;
            column = range->chunk ? orr__chunk_column(range->table, range->chunk, g->fields[i]) : NULL;
        } else {
            column = orr__chunk_column(loop->cursor.table, loop->cursor.chunk, g->fields[i]);
        }
        group->columns[i] = column;
        /* a snapshot has copies of what is declared only; nothing else is read, but rows:has asks for it */
        there = column || (loop->seen.kind == ORR__LOOP_RUN && loop->range->chunk != loop->range->origin);
        whole = whole && column;
    }
    group->own = there ? loop->seen.bounds : empty;
    if (there && whole) keep_plain(m, g, ORR__ACCESS_COMPONENT, &group->own);
}

/* After the loop has moved: all groups but those that are filled when asked for. */
static void fill_groups(orr__machine *m, orr__loop_state *loop)
{
    for (orr__group *group = loop->seen.groups; group; group = group->next) {
        if (group->mode == ORR__GROUP_SHARED || group->mode == ORR__GROUP_OWN)
            fill_group(m, loop, group);
        else
            group->own = empty;
    }
}

static void open_loop(orr__machine *m, orr__loop *loop)
{
    m->open_loops += !loop->open;
    loop->open = 1;
}

static void empty_loop(orr__machine *m, orr__loop_state *loop)
{
    loop->seen.bounds = empty;
    m->open_loops -= loop->seen.open != 0;
    loop->seen.open = 0;
    for (orr__group *group = loop->seen.groups; group; group = group->next) group->own = empty;
}

static orr__group_state *new_group(orr__machine *m, uint32_t columns)
{
    const size_t room = columns ? columns : 1;
    orr__alloc *alloc = &m->world->alloc;
    orr__group_state *g = orr__alloc_zero(alloc, sizeof *g, 0);
    void *arrays = g ? orr__alloc_zero(alloc, room * (sizeof(void *) + sizeof(orr_field)), 0) : NULL;
    if (!arrays) {
        orr__alloc_free(alloc, g, sizeof *g);
        return NULL;
    }
    g->seen.columns = arrays;
    g->fields = (orr_field *)(void *)(g->seen.columns + room);
    g->seen.column_count = columns;
    g->room = (uint32_t)room;
    return g;
}

orr__group *orr__loop_group(orr__machine *m, orr__loop *loop, uint32_t id, int32_t write, int32_t mode)
{
    const bool lattice = mode == ORR__GROUP_LATTICE;
    const uint32_t columns =
        lattice ? orr__lattice_at(m->world, id)->field_count : orr_component_field_count(m->world, id);
    orr__group_state *g = new_group(m, columns);
    if (!g) return NULL;
    for (uint32_t i = 0; i < columns; i++) {
        const uint32_t type = lattice ? orr__lattice_at(m->world, id)->fields[i].type : 0;
        g->fields[i] =
            lattice ? (orr_field){ .index = (uint16_t)i, .type = (uint8_t)type } : orr__draft_field_of(m->world, id, i);
    }
    g->seen.component = id;
    g->seen.write = write;
    g->seen.mode = mode;
    g->seen.own = empty;
    g->seen.bounds = mode == ORR__GROUP_SHARED ? &loop->bounds : &g->seen.own;
    g->seen.next = loop->groups;
    loop->groups = &g->seen;
    if (loop->open && mode <= ORR__GROUP_OWN) fill_group(m, state_of(loop), &g->seen);
    return &g->seen;
}

/* A lattice: reading everywhere; writing on the lines of the present band, or everywhere when there are no bands. */
static int32_t touch_lattice(orr__machine *m, orr__loop_state *loop, orr__group *group)
{
    const orr__lattice *of = orr__lattice_at(m->world, group->component);
    const bool bands = m->run && m->run->system && m->run->system->lattice == group->component;
    for (uint32_t i = 0; i < group->column_count; i++) {
        const bool declared = m->run && m->run->system && !m->run->system->exclusive;
        if (!declared && !bands) {
            group->columns[i] = of->front[i];
            continue;
        }
        const orr_lattice_slot *slot = orr_run_lattice(m->run, group->component, of->fields[i].name);
        if (!slot) return orr__error_code();
        if (group->write && !slot->write) {
            return orr__fail(ORR_E_ACCESS,
                             "system '%s': lattice '%s' is written without being declared: add it to "
                             "`writes`",
                             m->run->system->name, of->name);
        }
        union {
            const void *read;
            void *write;
        } column = { .read = slot->read };
        if (group->write) column.write = slot->write;
        group->columns[i] = column.write;
    }
    group->own = (orr__bounds){ 0, (int32_t)(of->width * of->height) - 1 };
    if (bands && group->write) {
        if (!loop->rows) return orr__fail(ORR_E_ARGUMENT, "the lattice is written through the rows of the system");
        group->own.first = (int32_t)(loop->rows->begin * of->width);
        group->own.last = (int32_t)(loop->rows->end * of->width) - 1;
    }
    open_loop(m, &loop->seen);
    keep_plain(m, group_of(group), ORR__ACCESS_LATTICE, &group->own);
    return ORR_OK;
}

int32_t orr__loop_touch(orr__machine *m, orr__loop *loop, orr__group *group)
{
    orr__loop_state *state = state_of(loop);
    if (group->mode == ORR__GROUP_LATTICE) return touch_lattice(m, state, group);
    if (loop->kind != ORR__LOOP_EACH || !loop->open) return ORR_OK;
    orr__group_state *g = group_of(group);
    for (uint32_t i = 0; i < group->column_count; i++) {
        void *column = orr_cursor_write(&state->cursor, g->fields[i]); /* marks the rows */
        if (!column) return orr__error_code();
        group->columns[i] = column;
    }
    group->own = loop->bounds;
    keep_plain(m, g, ORR__ACCESS_COMPONENT, &group->own);
    return ORR_OK;
}

/* ---- moving on ---- */

void orr__loop_close(orr__machine *m, orr__loop *loop)
{
    orr__loop_state *state = state_of(loop);
    (void)m;
    empty_loop(m, state);
    state->rows = NULL;
    state->range = NULL;
}

int32_t orr__loop_run_next(orr__machine *m, orr__loop *loop)
{
    orr__loop_state *state = state_of(loop);
    const orr_rows *rows = m->run ? orr_run_next(m->run) : NULL;
    if (!rows) {
        orr__loop_close(m, loop);
        return 0;
    }
    state->rows = rows;
    state->range = rows->range;
    loop->bounds = rows->begin < rows->end ? (orr__bounds){ (int32_t)rows->begin, (int32_t)rows->end - 1 } : empty;
    loop->entity = rows->entity;
    loop->substep = m->run->tick.substep;
    open_loop(m, loop);
    fill_groups(m, state);
    return 1;
}

int32_t orr__loop_each_begin(orr__machine *m, orr__loop *loop, uint32_t query)
{
    orr__loop_state *state = state_of(loop);
    orr__loop_close(m, loop);
    state->cursor = orr_query_begin(m->world, query);
    return state->cursor.error;
}

int32_t orr__loop_each_next(orr__machine *m, orr__loop *loop)
{
    orr__loop_state *state = state_of(loop);
    orr_cursor *at = &state->cursor;
    if (!orr_cursor_next(at)) {
        orr__loop_close(m, loop);
        return at->error;
    }
    loop->bounds = (orr__bounds){ (int32_t)at->begin, (int32_t)at->end - 1 };
    loop->entity = orr_cursor_entities(at);
    open_loop(m, loop);
    fill_groups(m, state);
    return 1;
}

static void forget_stage(orr__machine *m, orr__loop_state *state)
{
    orr__loop_state **at = &m->stages;
    while (*at && *at != state) at = &(*at)->outer;
    if (*at) *at = state->outer;
    orr__stage_destroy(m->world, state->stage);
    state->stage = NULL;
    state->owns_stage = false;
}

void orr__loop_open_stage(orr__machine *m, orr__loop *loop, struct orr__stage *stage, bool owns)
{
    orr__loop_state *state = state_of(loop);
    if (state->owns_stage) forget_stage(m, state); /* left over from an error that the script caught */
    state->stage = stage;
    state->owns_stage = owns;
    if (owns) {
        state->outer = m->stages;
        m->stages = state;
    }
    state->key = m->run ? orr__run_spawn_key(m->run) : ++m->spawned;
    state->stream = m->run ? m->run->tick.stream : orr__sim_stream(m->world->sim, orr__hash_text("outside of systems"));
    loop->bounds = (orr__bounds){ 0, (int32_t)stage->count - 1 };
    loop->provisional = (double)stage->provisional;
    loop->entity = NULL;
    open_loop(m, loop);
    fill_groups(m, state);
}

struct orr__stage *orr__loop_take_stage(orr__machine *m, const orr__loop *loop)
{
    while (m->stages && loop && &m->stages->seen != loop) { /* left over from errors that the script caught */
        orr__loop_close(m, &m->stages->seen);
        forget_stage(m, m->stages);
    }
    orr__loop_state *state = m->stages;
    if (!state) return NULL;
    m->stages = state->outer;
    orr__stage *stage = state->stage;
    state->stage = NULL;
    state->owns_stage = false;
    orr__loop_close(m, &state->seen);
    return stage;
}

void orr__loop_structure_changed(orr__machine *m)
{
    for (orr__loop_state *loop = m->loops; loop; loop = loop->next) {
        if (loop->seen.kind == ORR__LOOP_EACH && loop->seen.open) empty_loop(m, loop);
    }
}

void orr__loop_close_recorded(orr__machine *m)
{
    for (orr__loop_state *loop = m->loops; loop; loop = loop->next) {
        if (loop->seen.kind != ORR__LOOP_STAGE || loop->owns_stage) continue;
        orr__loop_close(m, &loop->seen);
        loop->stage = NULL;
    }
}

void orr__loop_close_all(orr__machine *m)
{
    orr__stage *stage = NULL;
    while ((stage = orr__loop_take_stage(m, NULL)) != NULL) orr__stage_destroy(m->world, stage);
    for (orr__loop_state *loop = m->loops; loop && m->open_loops; loop = loop->next) {
        if (loop->seen.open) orr__loop_close(m, &loop->seen);
    }
    for (orr__near_view *view = m->near; view; view = view->next) view->bounds = empty;
}

void orr__loop_fini(orr__machine *m)
{
    orr__alloc *alloc = &m->world->alloc;
    orr__loop_close_all(m);
    for (orr__loop_state *loop = m->loops, *next = NULL; loop; loop = next) {
        next = loop->next;
        for (orr__group *group = loop->seen.groups, *after = NULL; group; group = after) {
            after = group->next;
            orr__alloc_free(alloc, group->columns, group_of(group)->room * (sizeof(void *) + sizeof(orr_field)));
            orr__alloc_free(alloc, group, sizeof(orr__group_state));
        }
        orr__alloc_free(alloc, loop, sizeof *loop);
    }
    for (orr__near_view *view = m->near, *next = NULL; view; view = next) {
        next = view->next;
        orr__alloc_free(alloc, view, sizeof *view);
    }
    m->loops = NULL;
    m->near = NULL;
}

/* ---- rows one by one ---- */

int32_t orr__loop_next_changed(orr__loop *loop, int32_t row)
{
    const orr__loop_state *state = state_of(loop);
    if (!loop->open || !state->rows) return -1;
    if (row < loop->bounds.first) row = loop->bounds.first;
    if (row > loop->bounds.last) return -1;
    if (!state->rows->changed) return row;
    const uint32_t next = orr_next_changed(state->rows, (uint32_t)row);
    return next < state->rows->end ? (int32_t)next : -1;
}

int32_t orr__loop_mark(orr__machine *m, orr__loop *loop, uint32_t component, double first, double last)
{
    if (!m->run || loop->kind != ORR__LOOP_RUN) {
        return orr__fail(ORR_E_ARGUMENT, "rows are marked in systems that declare `marks`");
    }
    if (!(first >= loop->bounds.first && last <= loop->bounds.last && first <= last && floor(first) == first &&
          floor(last) == last)) {
        return orr__fail(ORR_E_RANGE, "rows %g to %g are not within %d..%d", first, last, loop->bounds.first,
                         loop->bounds.last);
    }
    uint64_t *marks = orr_run_marks(m->run, component);
    if (!marks) return orr__error_code();
    orr_mark_range(marks, (uint32_t)first, (uint32_t)last + 1);
    return ORR_OK;
}

/* The stream and key of a row's random numbers; false when the row or k is none. */
static bool row_key(const orr__machine *m, orr__loop *loop, double row, double k, uint64_t *stream, uint64_t *key)
{
    const orr__loop_state *state = state_of(loop);
    if (!(row >= loop->bounds.first && row <= loop->bounds.last) || floor(row) != row) return false;
    if (!(k >= 0 && k <= 4294967295.0) || floor(k) != k) return false;
    if (loop->kind == ORR__LOOP_STAGE) {
        const uint64_t words[2] = { state->key, (uint64_t)row };
        *stream = state->stream;
        *key = orr__hash_bytes(words, sizeof words, 0);
        return true;
    }
    *stream = m->run ? m->run->tick.stream : orr__sim_stream(m->world->sim, orr__hash_text("outside of systems"));
    *key = loop->entity ? loop->entity[(uint32_t)row] : (uint64_t)row; /* bands of a lattice: the line */
    return true;
}

double orr__loop_uniform(orr__machine *m, orr__loop *loop, double row, double k)
{
    uint64_t stream = 0, key = 0;
    return row_key(m, loop, row, k, &stream, &key) ? orr_random_uniform(stream, key, (uint32_t)k) : (double)NAN;
}

double orr__loop_normal(orr__machine *m, orr__loop *loop, double row, double k)
{
    uint64_t stream = 0, key = 0;
    return row_key(m, loop, row, k, &stream, &key) ? orr__random_normal(stream, key, (uint32_t)k) : (double)NAN;
}

/* ---- neighbours and gathers ---- */

orr__near_view *orr__near_view_create(orr__machine *m)
{
    orr__near_view *view = orr__alloc_zero(&m->world->alloc, sizeof *view, 0);
    if (!view) return NULL;
    view->bounds = empty;
    view->next = m->near;
    m->near = view;
    return view;
}

int32_t orr__near_view_open(orr__machine *m, uint32_t index, orr__near_view *view)
{
    view->bounds = empty;
    if (!m->run) return orr__fail(ORR_E_ACCESS, "neighbours are read in systems that declare them in `reads`");
    const orr_neighbours *of = orr_run_neighbours(m->run, index);
    if (!of) return orr__error_code();
    const bool wide = orr__near_at(m->world, index)->build.position_type == ORR_TYPE_F64;
    for (uint32_t a = 0; a < 3; a++) {
        view->columns[a] = wide ? (const void *)of->position_f64[a] : (const void *)of->position[a];
        view->size[a] = (of->wraps >> a) & 1u ? of->size[a] : 0;
    }
    for (uint32_t c = 0; c < of->carry_count && c < 16; c++) view->columns[3 + c] = of->carry[c];
    view->entity = of->entity;
    view->of = of;
    view->bounds = (orr__bounds){ 0, (int32_t)of->count - 1 };
    if (!orr__plain_wanted(m, ORR__ACCESS_COMPONENT, 0)) return ORR_OK;
    for (uint32_t a = 0; a < 3; a++) {
        if (view->columns[a]) orr__plain_column(view->columns[a], wide ? ORR_TYPE_F64 : ORR_TYPE_F32, 0, of->count);
    }
    for (uint32_t c = 0; c < of->carry_count && c < 16; c++) {
        orr__plain_column(of->carry[c], of->carry_types[c], 0, of->count);
    }
    return ORR_OK;
}

int32_t orr__near_view_gather(orr__machine *m, uint32_t component, uint32_t field, orr__near_view *view)
{
    view->bounds = empty;
    if (!m->run) return orr__fail(ORR_E_ACCESS, "gathers are read in systems that declare them in `gather`");
    const orr_field source = orr__draft_field_of(m->world, component, field);
    const orr_gather *of = orr_run_gather(m->run, source);
    if (!of) return orr__error_code();
    if (orr__plain_wanted(m, ORR__ACCESS_COMPONENT, component)) orr__plain_column(of->data, source.type, 0, of->count);
    view->columns[0] = of->data;
    view->entity = of->entity;
    view->bounds = (orr__bounds){ 0, (int32_t)of->count - 1 };
    return ORR_OK;
}

void orr__near_view_spans(const orr__near_view *view, double x, double y, double z, orr__spans *out)
{
    const int32_t room = (int32_t)(sizeof out->firsts / sizeof out->firsts[0]);
    out->count = out->at = 0;
    out->last = -1;
    if (view->bounds.last < 0 || !view->of) return;
    orr_near near = orr_near_begin(view->of, x, y, z);
    while (out->count < room && orr_near_next(&near)) {
        out->firsts[out->count] = (int32_t)near.begin;
        out->lasts[out->count++] = (int32_t)near.end - 1;
    }
}
