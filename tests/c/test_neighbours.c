/* tsan: no */
/* Neighbours: what is declared, gathered and built; checked against looking at every pair. */
#include "c/refusals.h"
#include "sim/sim.h"

#include <math.h>

/* Uniform in [low, high): splitmix64 (Steele et al. 2014). */
static double uniform(uint64_t *state, double low, double high)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return low + (high - low) * ((double)((z ^ (z >> 31)) >> 11) * 0x1p-53);
}

typedef struct near_case {
    sim_case c;
    orr_component body, mark;
    orr_field x, y, z, id, small;
    orr_prefab plain, marked;
} near_case;

static near_case near_new(uint32_t type, const orr_allocator *allocator)
{
    const orr_world_desc desc = { .dt = 0.5, .allocator = allocator };
    near_case n = { .c = case_of(&desc) };
    assert_non_null(n.c.world);
    const orr_field_desc fields[] = { { .name = "x", .type = type },
                                      { .name = "y", .type = type },
                                      { .name = "z", .type = type },
                                      { .name = "id", .type = ORR_TYPE_U32 },
                                      { .name = "small", .type = ORR_TYPE_U8 } };
    orr_world *world = n.c.world;
    n.body = orr_component_create(world, &(orr_component_desc){ .name = "Body", .fields = fields, .field_count = 5 });
    n.mark = orr_component_create(world, &(orr_component_desc){ .name = "Mark" });
    n.x = orr_field_find(world, "Body.x");
    n.y = orr_field_find(world, "Body.y");
    n.z = orr_field_find(world, "Body.z");
    n.id = orr_field_find(world, "Body.id");
    n.small = orr_field_find(world, "Body.small");
    n.plain = case_prefab(world, "Plain", n.body, 0, 0);
    n.marked = case_prefab(world, "Marked", n.body, n.mark, n.c.velocity);
    return n;
}

static double load(const void *column, uint32_t type, uint32_t row)
{
    return orr__value_to_double(type, orr__value_load(column, row, type));
}

/* Positions at random in a cube of `size`, ids by order. */
static uint32_t scatter(near_case *n, double size, uint64_t seed)
{
    const orr_component body[] = { n->body, 0 };
    const orr_query query = orr_query_create(n->c.world, &(orr_query_desc){ .all = body });
    const orr_field axes[3] = { n->x, n->y, n->z };
    uint32_t count = 0;
    for (orr_cursor at = orr_query_begin(n->c.world, query); orr_cursor_next(&at);) {
        uint32_t *id = orr_cursor_write(&at, n->id);
        uint8_t *small = orr_cursor_write(&at, n->small);
        for (uint32_t r = at.begin; r < at.end; r++) {
            for (int a = 0; a < 3; a++) {
                const double p = uniform(&seed, -0.25 * size, size);
                orr_value value = { .f64 = p };
                if (axes[a].type == ORR_TYPE_F32) value.f32 = (float)p;
                orr__value_store(orr_cursor_write(&at, axes[a]), r, axes[a].type, value);
            }
            id[r] = count;
            small[r] = (uint8_t)count++;
        }
    }
    return count;
}

static double gap(double a, double b, double period)
{
    double d = fabs(a - b);
    if (period > 0) {
        d = fmod(d, period);
        d = d > period / 2 ? period - d : d;
    }
    return d;
}

static double position(const orr_neighbours *of, uint32_t a, uint32_t j)
{
    return of->position[a] ? (double)of->position[a][j] : of->position_f64[a][j];
}

static bool is_near(const orr_neighbours *of, uint32_t i, uint32_t j)
{
    double sum = 0;
    for (uint32_t a = 0; a < of->dimensions; a++) {
        const double d = gap(position(of, a, i), position(of, a, j), of->size[a]);
        sum += d * d;
    }
    return sum <= of->radius * of->radius;
}

/* For every 7th entry: the walk meets all that are near, and no entry twice. */
static void check_walks(const orr_neighbours *of)
{
    uint8_t *met = calloc(of->count + 1, 1);
    assert_non_null(met);
    for (uint32_t i = 0; i < of->count; i += 7) {
        memset(met, 0, of->count);
        const double z = of->dimensions == 3 ? position(of, 2, i) : 0;
        orr_near walk = orr_near_begin(of, position(of, 0, i), position(of, 1, i), z);
        while (orr_near_next(&walk)) {
            for (uint32_t j = walk.begin; j < walk.end; j++) assert_int_equal(met[j]++, 0);
        }
        for (uint32_t j = 0; j < of->count; j++) {
            if (is_near(of, i, j)) assert_int_equal(met[j], 1);
        }
    }
    free(met);
}

/* The copies are those of the rows that `source` says. */
static void check_copies(const near_case *n, const orr__near_grid *grid)
{
    const orr_neighbours *of = &grid->out;
    const orr__query *query = orr__query_at(n->c.world, grid->query);
    uint32_t at = 0, *place = calloc(of->count + 1, sizeof *place);
    assert_non_null(place);
    for (uint32_t j = 0; j < of->count; j++) place[of->source[j]] = j;
    for (uint32_t t = 0; t < query->table_count; t++) {
        const orr__table *table = n->c.world->tables[query->tables[t]];
        for (uint64_t row = 0; row < table->row_count; row++, at++) {
            const orr__chunk *chunk = table->chunks[row >> 12];
            const uint32_t r = (uint32_t)(row & 4095), j = place[at];
            assert_int_equal(of->entity[j], chunk->entity[r]);
            for (uint32_t a = 0; a < of->dimensions; a++) {
                const orr_field field = grid->position[a];
                const double p = load(orr__chunk_column(table, chunk, field), field.type, r);
                assert_true(position(of, a, j) == p);
            }
            for (uint32_t f = 0; f < of->carry_count; f++) {
                const orr_field field = grid->carry[f];
                assert_true(load(of->carry[f], field.type, j) ==
                            load(orr__chunk_column(table, chunk, field), field.type, r));
            }
        }
    }
    assert_int_equal(at, of->count);
    for (uint32_t j = 0, cell = 0; j < of->count; j++) { /* within a cell in the order of the data */
        while (of->starts[cell + 1] <= j) cell++;
        if (j > of->starts[cell]) assert_true(of->source[j] > of->source[j - 1]);
    }
    free(place);
}

static void build_and_check(uint32_t type, uint32_t dimensions, uint32_t wraps, double size, double radius)
{
    near_case n = near_new(type, NULL);
    const orr_field carry[] = { n.id, n.small, n.c.vx };
    orr_neighbours_desc desc = {
        .name = "near", .position = { n.x, n.y }, .carry = carry, .carry_count = 2, .radius = radius, .wraps = wraps
    };
    if (dimensions == 3) desc.position[2] = n.z;
    for (uint32_t a = 0; a < dimensions; a++) desc.max[a] = size;
    const orr_near_index index = orr_neighbours_create(n.c.world, &desc);
    if (!index) fail_msg("%s", orr_last_error());
    const orr__near_grid *grid = orr__near_at(n.c.world, index);
    assert_ok(orr__near_refresh(n.c.world, index));
    assert_int_equal(grid->out.count, 0);
    check_walks(&grid->out);
    const uint32_t counts[] = { 1, 63, 100, 5000 };
    for (int i = 0; i < 4; i++) {
        assert_ok(orr_entity_spawn(n.c.world, i % 2 ? n.marked : n.plain, counts[i], NULL));
        const uint32_t count = scatter(&n, size, 3 + (uint64_t)i);
        assert_ok(orr__near_refresh(n.c.world, index));
        assert_int_equal(grid->out.count, count);
        assert_true(grid->out.radius == radius);
        check_walks(&grid->out);
        check_copies(&n, grid);
    }
    case_end(&n.c);
}

static void all_kinds(void **state)
{
    (void)state;
    build_and_check(ORR_TYPE_F32, 2, 0, 100, 2);
    build_and_check(ORR_TYPE_F32, 2, 3, 100, 3);
    build_and_check(ORR_TYPE_F64, 2, 1, 50, 1.5);
    build_and_check(ORR_TYPE_F64, 3, 0, 20, 1.5);
    build_and_check(ORR_TYPE_F32, 3, 5, 20, 2);
    build_and_check(ORR_TYPE_F32, 3, 7, 1, 4); /* a world smaller than the radius */
}

static void reads_and_query(void **state)
{
    (void)state;
    near_case n = near_new(ORR_TYPE_F32, NULL);
    orr_world *world = n.c.world;
    const orr_field carry[] = { n.c.vx, n.id, n.c.vy };
    const orr_component none[] = { n.c.frozen, 0 };
    const orr_neighbours_desc desc = {
        .name = "near", .query.none = none, .position = { n.x, n.y }, .carry = carry, .carry_count = 3, .radius = 1
    };
    const orr_near_index index = orr_neighbours_create(world, &desc);
    const orr__near_grid *grid = orr__near_at(world, index);
    assert_non_null(grid);
    assert_int_equal(grid->read_count, 2);
    assert_int_equal(grid->reads[0], n.c.velocity);
    assert_int_equal(grid->reads[1], n.body);
    assert_int_equal(grid->reads[2], 0);
    orr_entity marked[10];
    assert_ok(orr_entity_spawn(world, n.plain, 10, NULL)); /* lack what is carried */
    assert_ok(orr_entity_spawn(world, n.marked, 10, marked));
    assert_ok(orr__near_refresh(world, index));
    assert_int_equal(grid->out.count, 10);
    assert_ok(orr_entity_add(world, marked, 3, n.c.frozen));
    assert_ok(orr__near_refresh(world, index)); /* the structure has changed */
    assert_int_equal(grid->out.count, 7);
    case_end(&n.c);
}

static void built_when_stale(void **state)
{
    (void)state;
    near_case n = near_new(ORR_TYPE_F32, NULL);
    orr_world *world = n.c.world;
    orr_entity e;
    assert_ok(orr_entity_spawn(world, n.plain, 1, &e));
    const orr_param radius =
        orr_param_create(world, &(orr_param_desc){ .name = "radius", .value = 1, .max = 10, .min = -10 });
    const orr_neighbours_desc desc = { .name = "near", .position = { n.x, n.y }, .radius_param = radius };
    const orr_near_index index = orr_neighbours_create(world, &desc);
    orr__near_grid *grid = orr__near_at(world, index);
    assert_ok(orr__near_refresh(world, index));
    assert_true(grid->out.position[0][0] == 0.0f);
    case_set(&n.c, e, n.x, 5);
    assert_ok(orr__near_refresh(world, index));
    assert_true(grid->out.position[0][0] == 0.0f); /* nobody said so */
    orr__near_touch(world, n.c.velocity);
    assert_false(grid->stale);
    orr__near_touch(world, n.body);
    assert_true(grid->stale);
    assert_ok(orr__near_refresh(world, index));
    assert_false(grid->stale);
    assert_true(grid->out.position[0][0] == 5.0f);
    orr__near_touch(world, 0);
    assert_true(grid->stale);
    assert_ok(orr__near_refresh(world, index));

    assert_true(grid->out.radius == 1);
    assert_ok(orr_param_set(world, radius, 4));
    orr__params_apply(world);
    assert_ok(orr__near_refresh(world, index));
    assert_true(grid->out.radius == 4);
    assert_ok(orr_param_set(world, radius, 0));
    orr__params_apply(world);
    assert_int_equal(orr__near_refresh(world, index), ORR_E_RANGE);
    assert_string_equal(orr_last_error(), "neighbours 'near': the radius is 0; it must be above 0 and finite");
    assert_int_equal(orr__near_refresh(world, index + 1), ORR_E_ARGUMENT);
    assert_int_equal(orr__near_refresh(world, 0), ORR_E_ARGUMENT);
    case_end(&n.c);
}

static void refused_descriptions(void **state)
{
    (void)state;
    near_case n = near_new(ORR_TYPE_F32, NULL);
    orr_world *world = n.c.world;
    const orr_component changed[] = { n.body, 0 }, none[] = { n.body, 0 };
    orr_field many[17], twice[] = { n.id, n.c.vx, n.id }, foreign[] = { { .component = 99 } };
    for (int i = 0; i < 17; i++) many[i] = n.id;
    const orr_field x = n.x, y = n.y;
    const struct {
        orr_neighbours_desc desc;
        int32_t code;
        const char *says;
    } cases[] = {
        { { .name = NULL }, ORR_E_ARGUMENT, "without a name" },
        { { .name = "a b", .position = { x, y }, .radius = 1 }, ORR_E_ARGUMENT, "identifier" },
        { { .name = "n", .radius = 1 }, ORR_E_ARGUMENT, "no field for x" },
        { { .name = "n", .position = { x }, .radius = 1 }, ORR_E_ARGUMENT, "no field for y" },
        { { .name = "n", .position = { x, { 0, 0, 0, 0 }, y }, .radius = 1 }, ORR_E_ARGUMENT, "no field for y" },
        { { .name = "n", .position = { x, n.id }, .radius = 1 }, ORR_E_TYPE, "y is the field 'id' of type u32" },
        { { .name = "n", .position = { x, n.c.py }, .radius = 1 },
          ORR_E_ARGUMENT,
          "x is of component 'Body' and y of 'Position'" },
        { { .name = "n", .position = { x, x }, .radius = 1 }, ORR_E_ARGUMENT, "x and y are the same field 'x'" },
        { { .name = "n", .position = { x, { .component = 99 } }, .radius = 1 },
          ORR_E_ARGUMENT,
          "component 99 does not exist" },
        { { .name = "n", .position = { x, y }, .radius = 0 }, ORR_E_RANGE, "the radius is 0; it must be above 0" },
        { { .name = "n", .position = { x, y }, .radius = -1 }, ORR_E_RANGE, "radius is -1" },
        { { .name = "n", .position = { x, y }, .radius = NAN }, ORR_E_RANGE, "radius is" },
        { { .name = "n", .position = { x, y }, .radius = INFINITY }, ORR_E_RANGE, "radius is inf" },
        { { .name = "n", .position = { x, y }, .radius_param = 3 }, ORR_E_ARGUMENT, "follows param 3" },
        { { .name = "n", .position = { x, y }, .radius = 1, .wraps = 4 }, ORR_E_ARGUMENT, "only 2 axes" },
        { { .name = "n", .position = { x, y }, .radius = 1, .wraps = 2 },
          ORR_E_RANGE,
          "axis 1 wraps from 0 to 0; max must be above min" },
        { { .name = "n", .position = { x, y }, .radius = 1, .wraps = 1, .max = { INFINITY } },
          ORR_E_RANGE,
          "axis 0 wraps from 0 to inf" },
        { { .name = "n", .position = { x, y }, .radius = 1, .wraps = 1, .min = { -1e308 }, .max = { 1.7e308 } },
          ORR_E_RANGE,
          "axis 0" },
        { { .name = "n", .position = { x, y }, .radius = 1, .carry = many, .carry_count = 17 },
          ORR_E_LIMIT,
          "17 fields to carry; at most 16" },
        { { .name = "n", .position = { x, y }, .radius = 1, .carry_count = 1 }, ORR_E_ARGUMENT, "carry is NULL" },
        { { .name = "n", .position = { x, y }, .radius = 1, .carry = twice, .carry_count = 3 },
          ORR_E_ARGUMENT,
          "the field 'Body.id' is carried twice" },
        { { .name = "n", .position = { x, y }, .radius = 1, .carry = foreign, .carry_count = 1 },
          ORR_E_ARGUMENT,
          "component 99" },
        { { .name = "n", .position = { x, y }, .radius = 1, .query.changed = changed }, ORR_E_ARGUMENT, "`changed`" },
        { { .name = "n", .position = { x, y }, .radius = 1, .query.none = none },
          ORR_E_ARGUMENT,
          "component 'Body' is listed in `all` and in `none`" },
    };
    assert_int_equal(orr_neighbours_create(world, NULL), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(orr_neighbours_create(world, &cases[i].desc), 0);
        assert_int_equal(orr__error_code(), cases[i].code);
        assert_says(cases[i].says);
        if (i > 0) assert_says("neighbours '");
    }
    assert_null(orr__near_at(world, 1));
    case_end(&n.c);
}

static void found_by_name(void **state)
{
    (void)state;
    near_case n = near_new(ORR_TYPE_F64, NULL);
    orr_world *world = n.c.world;
    orr_neighbours_desc desc = { .name = "crowd", .position = { n.x, n.y }, .radius = 1 };
    assert_int_equal(orr_neighbours_create(world, &desc), 1);
    assert_int_equal(orr_neighbours_create(world, &desc), 1);
    assert_int_equal(orr_neighbours_find(world, "crowd"), 1);
    assert_int_equal(orr_neighbours_find(world, "crowds"), 0);
    assert_string_equal(orr_last_error(), "neighbours 'crowds' does not exist (did you mean 'crowd'?)");
    desc.radius = 2;
    assert_int_equal(orr_neighbours_create(world, &desc), 0);
    assert_says("'crowd' exists already");
    desc.name = "wide";
    assert_int_equal(orr_neighbours_create(world, &desc), 2);
    case_end(&n.c);
}

/* ---- in a tick: what the systems before wrote is seen ---- */

typedef struct seen {
    orr_near_index index;
    orr_field x;
    double first, rows;
} seen;

static int32_t move(orr_run *run, void *context)
{
    const seen *s = context;
    for (const orr_rows *rows; (rows = orr_run_next(run));) {
        float *x = orr_run_write(run, s->x);
        for (uint32_t r = rows->begin; r < rows->end; r++) x[r] += 1.0f;
    }
    return ORR_OK;
}

static int32_t look(orr_run *run, void *context)
{
    seen *s = context;
    const orr_neighbours *of = orr_run_neighbours(run, s->index);
    if (!of) return orr__error_code();
    s->first = (double)of->position[0][0];
    s->rows = of->count;
    return ORR_OK;
}

static void fresh_in_each_system(void **state)
{
    (void)state;
    near_case n = near_new(ORR_TYPE_F32, NULL);
    orr_world *world = n.c.world;
    assert_ok(orr_entity_spawn(world, n.plain, 1000, NULL));
    const orr_neighbours_desc near = { .name = "near", .position = { n.x, n.y }, .radius = 1 };
    seen before = { .index = orr_neighbours_create(world, &near), .x = n.x }, after = before;
    const orr_component body[] = { n.body, 0 };
    const char *const reads[] = { "near", NULL };
    const orr_system_desc descs[] = {
        { .name = "before", .resource_reads = reads, .run = look, .context = &before },
        { .name = "move", .query.all = body, .writes = body, .run = move, .context = &before },
        { .name = "after", .resource_reads = reads, .run = look, .context = &after },
    };
    for (int i = 0; i < 3; i++) {
        if (!orr_system_create(world, &descs[i])) fail_msg("%s", orr_last_error());
    }
    for (int tick = 0; tick < 3; tick++) {
        assert_ok(orr_world_step(world, 1));
        assert_true(before.first == tick && before.rows == 1000);
        assert_true(after.first == tick + 1);
    }
    case_end(&n.c);
}

/* ---- memory ---- */

static void memory_is_kept(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, -1);
    near_case n = near_new(ORR_TYPE_F32, &hooks);
    orr_world *world = n.c.world;
    const orr_field carry[] = { n.small, n.id };
    const orr_neighbours_desc desc = {
        .name = "near", .position = { n.x, n.y, n.z }, .carry = carry, .carry_count = 2, .radius = 1
    };
    const orr_near_index index = orr_neighbours_create(world, &desc);
    assert_ok(orr_entity_spawn(world, n.plain, 1000, NULL));
    (void)scatter(&n, 10, 1);
    assert_ok(orr__near_refresh(world, index));
    const int64_t bytes = atomic_load(&f.bytes);
    for (int i = 0; i < 10; i++) {
        atomic_store(&f.left, 0); /* a refusal would show */
        orr__near_touch(world, 0);
        assert_ok(orr__near_refresh(world, index));
        atomic_store(&f.left, -1);
    }
    assert_int_equal(atomic_load(&f.bytes), bytes);
    assert_int_equal(atomic_load(&f.refused), 0);

    assert_ok(orr_entity_spawn(world, n.plain, 1000, NULL)); /* now it must grow */
    atomic_store(&f.left, 0);
    assert_int_equal(orr__near_refresh(world, index), ORR_E_MEMORY);
    assert_says("neighbours 'near'");
    const orr__near_grid *grid = orr__near_at(world, index);
    assert_true(grid->stale);
    assert_int_equal(grid->out.count, 1000); /* what was there is there */
    check_walks(&grid->out);
    assert_ok(orr__near_refresh(world, index));
    assert_int_equal(grid->out.count, 2000);
    case_end(&n.c);
    assert_int_equal(atomic_load(&f.alive), 0);
    assert_int_equal(atomic_load(&f.overrun), 0);
}

static int32_t call_create(sim_case *c, void *state)
{
    (void)state;
    const orr_component all[] = { c->position, 0 };
    const orr_field carry[] = { c->vx };
    const orr_neighbours_desc desc = {
        .name = "near", .query.all = all, .position = { c->px, c->py }, .carry = carry, .carry_count = 1, .radius = 1
    };
    return refusals_code(orr_neighbours_create(c->world, &desc));
}

static void allocations_that_fail(void **state)
{
    (void)state;
    assert_true(refusals(NULL, call_create, NULL) >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds),        cmocka_unit_test(reads_and_query),
        cmocka_unit_test(built_when_stale), cmocka_unit_test(refused_descriptions),
        cmocka_unit_test(found_by_name),    cmocka_unit_test(fresh_in_each_system),
        cmocka_unit_test(memory_is_kept),   cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
