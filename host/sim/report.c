#include "sim/report.h"

#include "base/array.h"
#include "base/error.h"
#include "base/os.h"
#include "sim/mailbox.h"
#include "sim/seek.h"
#include "sim/sim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TABLES_MOST = 256, NAME_BYTES = 256, ALIGNMENT = 16 };

/* ---- writing ---- */

/* The block that grows; 0 when there is no more memory. Offsets stay, pointers do not. */
static uint32_t add(orr_world *world, const void *data, size_t bytes, size_t alignment)
{
    orr__reporter *to = &world->sim->reporter;
    const uint32_t at = (uint32_t)((to->bytes + alignment - 1) / alignment * alignment);
    if (orr__array_reserve(&world->alloc, &to->block, &to->capacity, at + (uint32_t)bytes, 1) != ORR_OK) {
        to->short_of_memory = true;
        return 0;
    }
    if (data)
        memcpy(to->block + at, data, bytes);
    else
        memset(to->block + at, 0, bytes);
    to->bytes = at + (uint32_t)bytes;
    return at;
}

static uint32_t add_text(orr_world *world, const char *text)
{
    return text ? add(world, text, strlen(text) + 1, 1) : 0;
}

static uint32_t add_list(orr_world *world, uint32_t count, size_t item_bytes)
{
    return count ? add(world, NULL, count * item_bytes, ALIGNMENT) : 0;
}

static orr__report *head(const orr_world *world)
{
    return (orr__report *)(void *)world->sim->reporter.block;
}

/* Puts an item into a list that was added. */
static void put(const orr_world *world, uint32_t list, uint32_t index, const void *item, size_t bytes)
{
    const orr__reporter *to = &world->sim->reporter;
    if (!to->short_of_memory) memcpy(to->block + list + index * bytes, item, bytes);
}

/* ---- what is in it ---- */

static const char *where_of(const orr__system *system)
{
    if (system->isolated) return "process";
    if (system->binding) return system->snapshot ? "native, snapshot" : "native";
    if (system->pooled) return system->snapshot ? "workers, snapshot" : "workers";
    return system->exclusive ? "main, alone" : "main";
}

static void add_systems(orr_world *world)
{
    const orr__schedule *schedule = &world->sim->schedule;
    uint32_t count = 0, at = 0;
    for (uint32_t s = 0; s < schedule->stage_count; s++) count += schedule->stages[s].system_count;
    const uint32_t list = add_list(world, count, sizeof(orr__report_system));
    for (uint32_t s = 0; s < schedule->stage_count; s++) {
        const orr__schedule_stage *stage = &schedule->stages[s];
        for (uint32_t i = 0; i < stage->system_count; i++) {
            const orr__system *system = stage->order[i];
            const orr__report_system item = { .name = add_text(world, system->name),
                                              .stage = add_text(world, stage->name),
                                              .where = add_text(world, where_of(system)),
                                              .id = system->id,
                                              .enabled = system->wanted_enabled,
                                              .can_switch = system->when == 0,
                                              .runs = system->runs,
                                              .rows = system->rows,
                                              .time_ns = system->time_ns };
            put(world, list, at++, &item, sizeof item);
        }
    }
    head(world)->systems = list;
    head(world)->system_count = at;
}

static void name_table(const orr_world *world, const orr__table *table, char *text)
{
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < table->component_count && length < NAME_BYTES; i++) {
        length += (size_t)snprintf(text + length, NAME_BYTES - length, "%s%s", i ? " " : "",
                                   orr_component_name(world, table->components[i]));
    }
    orr__text_cut(text, NAME_BYTES, length);
}

static void add_tables(orr_world *world)
{
    const uint32_t count = world->table_count < TABLES_MOST ? world->table_count : TABLES_MOST;
    const uint32_t list = add_list(world, count, sizeof(orr__report_table));
    char name[NAME_BYTES];
    for (uint32_t i = 0; i < count; i++) {
        const orr__table *table = world->tables[i];
        uint64_t bytes = table->bytes;
        for (uint32_t k = 0; k < table->chunk_count; k++) bytes += table->chunks[k]->bytes;
        name_table(world, table, name);
        const orr__report_table item = { .name = add_text(world, name),
                                         .chunk_count = table->chunk_count,
                                         .row_count = table->row_count,
                                         .row_capacity = table->row_capacity,
                                         .bytes = bytes,
                                         .column_bytes = table->row_count * (table->row_bytes + sizeof(orr_entity)) };
        put(world, list, i, &item, sizeof item);
    }
    head(world)->tables = list;
    head(world)->table_count = count;
}

static void add_params(orr_world *world)
{
    const orr__params *params = &world->sim->params;
    const uint32_t list = add_list(world, params->count, sizeof(orr__report_param));
    uint32_t at = 0;
    for (uint32_t i = 0; i < params->count; i++) {
        const orr__param *param = &params->items[i];
        if (param->hidden.now) continue;
        const orr__report_param item = { .name = add_text(world, param->name),
                                         .help = add_text(world, param->help),
                                         .id = i + 1,
                                         .value = orr__param_next(world, i + 1), /* also while it is paused */
                                         .initial = param->initial,
                                         .min = param->min,
                                         .max = param->max,
                                         .step = param->step };
        put(world, list, at++, &item, sizeof item);
    }
    head(world)->params = list;
    head(world)->param_count = at;
}

static void add_series(orr_world *world)
{
    const orr__series_list *all = &world->sim->series;
    const uint32_t list = add_list(world, all->count, sizeof(orr__report_series));
    uint32_t at = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        if (all->items[i].hidden.now) continue;
        const orr__report_series item = { add_text(world, all->items[i].name), all->items[i].value };
        put(world, list, at++, &item, sizeof item);
    }
    head(world)->series = list;
    head(world)->series_count = at;
}

/* Oldest first. */
static void add_notes(orr_world *world)
{
    orr__sim *sim = world->sim;
    while (atomic_flag_test_and_set_explicit(&sim->notes_lock, memory_order_acquire)) orr__pause();
    const uint64_t first = sim->notes.count > ORR__NOTES ? sim->notes.count - ORR__NOTES : 0;
    const uint32_t count = (uint32_t)(sim->notes.count - first);
    const uint32_t list = add_list(world, count, sizeof(orr__note));
    for (uint32_t i = 0; i < count; i++)
        put(world, list, i, &sim->notes.items[(first + i) % ORR__NOTES], sizeof(orr__note));
    atomic_flag_clear_explicit(&sim->notes_lock, memory_order_release);
    head(world)->notes = list;
    head(world)->note_count = count;
}

static void add_fields(orr_world *world)
{
    const orr_entity entity = world->sim->reporter.inspected;
    const char *answer = world->sim->reporter.answer;
    const uint32_t text = *answer ? add_text(world, answer) : 0;
    head(world)->answer = text;
    if (!entity) return;
    const orr__slot *slot = orr__slot_alive(&world->entities, entity);
    head(world)->inspected = entity;
    head(world)->inspected_dead = !slot;
    if (!slot) return;
    const orr__table *table = world->tables[slot->table];
    const uint32_t list = add_list(world, table->column_count + table->component_count, sizeof(orr__report_field));
    uint32_t at = 0;
    for (uint32_t c = 0; c < table->component_count; c++) {
        const orr__component *component = orr__component_at(world, table->components[c]);
        const uint32_t name = add_text(world, component->name);
        for (uint32_t f = 0; f < component->field_count; f++) {
            orr__report_field item = { .component = name, .name = add_text(world, component->fields[f].name) };
            item.field = (orr_field){ .component = table->components[c],
                                      .index = (uint16_t)f,
                                      .type = (uint8_t)component->fields[f].type,
                                      .bytes = (uint8_t)component->fields[f].bytes };
            const void *value = orr_entity_read(world, entity, item.field);
            if (value) memcpy(&item.value, value, item.field.bytes);
            put(world, list, at++, &item, sizeof item);
        }
        if (component->field_count) continue;
        const orr__report_field tag = { .component = name, .field = { .component = table->components[c] } };
        put(world, list, at++, &tag, sizeof tag);
    }
    head(world)->fields = list;
    head(world)->field_count = at;
}

static void add_strokes(orr_world *world)
{
    const orr__display *display = &world->sim->display;
    const uint32_t list = add_list(world, display->count, sizeof(orr__report_stroke));
    const uint32_t texts = display->text_bytes ? add(world, display->texts, display->text_bytes, 1) : 0;
    for (uint32_t i = 0; i < display->count; i++) {
        const orr__report_stroke item = { display->items[i],
                                          display->text_at[i] ? texts + display->text_at[i] - 1 : 0 };
        put(world, list, i, &item, sizeof item);
    }
    head(world)->strokes = list;
    head(world)->stroke_count = display->count;
}

static void add_lanes(orr_world *world)
{
    const orr__lanes *lanes = &world->sim->lanes;
    const uint32_t list = add_list(world, lanes->count, sizeof(orr__report_lane));
    for (uint32_t i = 0; i < lanes->count; i++) {
        const orr_trace_record *from = &lanes->items[i];
        const orr__report_lane item = { .begin_ns = from->begin_ns,
                                        .end_ns = from->end_ns,
                                        .tick = from->tick,
                                        .worker = from->worker,
                                        .kind = from->kind,
                                        .name = add_text(world, orr_trace_name(world, from)) };
        put(world, list, i, &item, sizeof item);
    }
    head(world)->lanes = list;
    head(world)->lane_count = lanes->count;
}

/* ---- the whole ---- */

const orr__report *orr__report_make(orr_world *world)
{
    orr__reporter *reporter = &world->sim->reporter;
    reporter->bytes = 0;
    reporter->short_of_memory = false;
    (void)add(world, NULL, sizeof(orr__report), ALIGNMENT);
    if (reporter->short_of_memory) return NULL;
    head(world)->tick = world->sim->tick;
    head(world)->entity_count = orr_world_entity_count(world);
    head(world)->dropped = world->dropped;
    head(world)->threads = orr__pool_workers(world->sim->pool);
    head(world)->seconds_a_tick = (double)world->sim->tick_ns * 1e-9;
    head(world)->wants_input = world->sim->gestures.wanted;
    add_systems(world);
    add_tables(world);
    add_params(world);
    add_series(world);
    add_notes(world);
    add_fields(world);
    add_strokes(world);
    add_lanes(world);
    if (reporter->short_of_memory) return NULL;
    head(world)->bytes = reporter->bytes;
    return head(world);
}

void orr__report_note(const orr_world *world, int32_t level, const char *text)
{
    orr__sim *sim = world->sim;
    while (atomic_flag_test_and_set_explicit(&sim->notes_lock, memory_order_acquire)) orr__pause();
    orr__note *note = &sim->notes.items[sim->notes.count % ORR__NOTES];
    note->tick = atomic_load_explicit(&sim->tick_told, memory_order_relaxed);
    note->number = ++sim->notes.count;
    note->level = level;
    orr__text_copy(note->text, sizeof note->text, text);
    atomic_flag_clear_explicit(&sim->notes_lock, memory_order_release);
}

void orr__report_inspect(orr_world *world, orr_entity entity)
{
    world->sim->reporter.inspected = entity;
    world->sim->reporter.answer[0] = '\0';
}

void orr__report_seek(orr_world *world, const char *text)
{
    orr__reporter *reporter = &world->sim->reporter;
    const orr_entity found = orr__seek(world, text, reporter->inspected);
    orr__text_copy(reporter->answer, sizeof reporter->answer, found ? "" : orr__error_text());
    if (found) reporter->inspected = found;
    if (!found) orr__error_clear();
}

void orr__report_fini(orr_world *world)
{
    orr__reporter *reporter = &world->sim->reporter;
    orr__array_free(&world->alloc, &reporter->block, &reporter->capacity, 1);
}

const orr__report *orr__report_of(const orr_mail *state)
{
    const orr__mail *mail = orr__mail_of(state);
    return mail->mailbox->reports
               ? (const orr__report *)(const void *)(mail->bytes + mail->at[mail->mailbox->report_piece])
               : NULL;
}
