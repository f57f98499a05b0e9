/* tsan: no. valgrind: no (long crowds) */
/* neighbours against brute force: whoever is within the radius is walked past, and nobody twice. */
#include "native_case.h"

#include <math.h>

enum { MOST = 1500 };

typedef struct cloud {
    uint32_t dimensions, count, type, wraps;
    double radius, min[3], max[3];
    double wide[3][MOST]; /* what brute force works on: equal to what the job gets */
    float narrow[3][MOST];
    orr_entity entity[MOST];
    uint8_t small[MOST];
    uint16_t middle[MOST];
} cloud;

static cloud c;

static void begin_cloud(uint32_t dimensions, uint32_t count, uint32_t type, uint32_t wraps, double radius)
{
    memset(&c, 0, sizeof c);
    c.dimensions = dimensions;
    c.count = count;
    c.type = type;
    c.wraps = wraps;
    c.radius = radius;
    for (uint32_t a = 0; a < 3; a++) {
        c.min[a] = -20 + 3.3 * a;
        c.max[a] = 40 + 1.7 * a;
    }
    for (uint32_t i = 0; i < count; i++) {
        c.entity[i] = ((orr_entity)i * 7 + 3) << 20 | 5;
        c.small[i] = (uint8_t)(i * 31);
        c.middle[i] = (uint16_t)(i * 77);
    }
}

static void spread(uint64_t seed, uint32_t first, uint32_t last, double low, double high)
{
    for (uint32_t i = first; i < last; i++)
        for (uint32_t a = 0; a < c.dimensions; a++) c.wide[a][i] = native_uniform(&seed, low, high);
}

static double distance2(const double p[3], uint32_t j)
{
    double sum = 0;
    for (uint32_t a = 0; a < c.dimensions; a++) {
        double d = c.wide[a][j] - p[a];
        const double size = c.max[a] - c.min[a];
        if (c.wraps >> a & 1u) d -= size * floor(d / size + 0.5);
        sum += d * d;
    }
    return sum;
}

/* Everybody whom brute force finds must have been walked past once, and nobody more than once. */
static void check_point(const native_grid *g, const double p[3])
{
    static uint8_t times[MOST];
    memset(times, 0, sizeof times);
    orr_near near = orr_near_begin(&g->near, p[0], p[1], p[2]);
    while (orr_near_next(&near)) {
        assert_true(near.begin < near.end && near.end <= c.count);
        for (uint32_t k = near.begin; k < near.end; k++) times[g->near.source[k]]++;
    }
    for (uint32_t j = 0; j < c.count; j++) {
        assert_true(times[j] <= 1);
        if (distance2(p, j) <= c.radius * c.radius && times[j] != 1)
            fail_msg("(%.17g, %.17g, %.17g) does not see %u", p[0], p[1], p[2], j);
    }
}

static void check_sorted(const native_grid *g)
{
    static uint8_t seen[MOST];
    const orr_neighbours *n = &g->near;
    const uint32_t cells = n->cells[0] * n->cells[1] * n->cells[2];
    memset(seen, 0, sizeof seen);
    assert_true(cells >= 1 && cells <= g->build.cells_capacity);
    assert_int_equal(n->starts[0], 0);
    assert_int_equal(n->starts[cells], c.count);
    for (uint32_t k = 0; k < cells; k++) {
        assert_true(n->starts[k] <= n->starts[k + 1]);
        for (uint32_t e = n->starts[k]; e + 1 < n->starts[k + 1]; e++) assert_true(n->source[e] < n->source[e + 1]);
    }
    for (uint32_t k = 0; k < c.count; k++) {
        const uint32_t from = n->source[k];
        assert_true(from < c.count && !seen[from]);
        seen[from] = 1;
        assert_int_equal(n->entity[k], c.entity[from]);
        for (uint32_t a = 0; a < c.dimensions; a++) {
            if (c.type == ORR_TYPE_F32)
                assert_memory_equal(&n->position[a][k], &c.narrow[a][from], 4);
            else
                assert_memory_equal(&n->position_f64[a][k], &c.wide[a][from], 8);
        }
        assert_int_equal(((const uint8_t *)n->carry[0])[k], c.small[from]);
        assert_int_equal(((const uint16_t *)n->carry[1])[k], c.middle[from]);
        assert_memory_equal((const char *)n->carry[2] + 4 * (size_t)k, &c.narrow[0][from], 4);
        assert_memory_equal((const char *)n->carry[3] + 8 * (size_t)k, &c.wide[1][from], 8);
    }
}

static void check(uint32_t capacity)
{
    native_grid g;
    const void *position[3];
    for (uint32_t a = 0; a < 3; a++) {
        for (uint32_t i = 0; i < c.count; i++) {
            c.narrow[a][i] = (float)c.wide[a][i];
            if (c.type == ORR_TYPE_F32) c.wide[a][i] = (double)c.narrow[a][i];
        }
        position[a] = c.type == ORR_TYPE_F32 ? (const void *)c.narrow[a] : (const void *)c.wide[a];
    }
    native_grid_init(&g, c.dimensions, c.type, c.count, capacity, position, c.entity);
    g.near.radius = c.radius;
    g.near.wraps = c.wraps;
    memcpy(g.build.min, c.min, sizeof c.min);
    memcpy(g.build.max, c.max, sizeof c.max);
    native_carry(&g, c.small, ORR_TYPE_U8);
    native_carry(&g, c.middle, ORR_TYPE_U16);
    native_carry(&g, c.narrow[0], ORR_TYPE_F32);
    native_carry(&g, c.wide[1], ORR_TYPE_F64);
    native_build(&g);
    check_sorted(&g);
    for (uint32_t i = 0; i < c.count; i++)
        check_point(&g, (const double[]){ c.wide[0][i], c.wide[1][i], c.wide[2][i] });
    uint64_t seed = c.count;
    for (uint32_t k = 0; k < 200; k++) {
        double p[3];
        for (uint32_t a = 0; a < 3; a++) p[a] = native_uniform(&seed, c.min[a] - 5, c.max[a] + 5);
        check_point(&g, p);
    }
    native_grid_fini(&g);
}

/* Calls `make` for two and three axes, f32 and f64, each set of periodic axes, small to large radius, little room. */
static void everywhere(void (*make)(uint32_t count), uint32_t count)
{
    const double radii[] = { 0.7, 4, 11, 27, 100 };
    const uint32_t capacities[] = { 4096, 64, 7, 1 };
    uint32_t turn = 0;
    for (uint32_t dimensions = 2; dimensions <= 3; dimensions++)
        for (uint32_t wraps = 0; wraps < 1u << dimensions; wraps++)
            for (uint32_t r = 0; r < 5; r++) {
                turn++;
                begin_cloud(dimensions, count, turn & 1 ? ORR_TYPE_F32 : ORR_TYPE_F64, wraps, radii[r]);
                make(count);
                check(capacities[turn % 4]);
            }
}

static void uniform(uint32_t count)
{
    spread(count, 0, count, -16, 38);
}

/* A crowd in a corner, some far out, some that are no numbers. */
static void crowd(uint32_t count)
{
    const double odd[] = { NAN, INFINITY, -INFINITY, 1e9, -1e9, 1e30, 5e15, -20, 40, 1e-40 };
    spread(count, 0, count, -16, 38);
    spread(count + 1, 0, count / 2, 3, 4);
    for (uint32_t i = count / 2; i < count && i < count / 2 + 40; i++) {
        const uint32_t a = i % c.dimensions;
        const double v = odd[i % 10];
        if (!(c.wraps >> a & 1u) || isnan(v) || (v >= c.min[a] && v < c.max[a])) c.wide[a][i] = v;
    }
}

static void point(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t a = 0; a < c.dimensions; a++) c.wide[a][i] = 7.25;
}

/* On the walls of cells, and exactly the radius apart. */
static void lattice(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        c.wide[0][i] = c.min[0] + c.radius * (i % 4);
        c.wide[1][i] = c.min[1] + c.radius * (i / 4 % 4);
        c.wide[2][i] = c.min[2] + c.radius * (i / 16 % 4);
        for (uint32_t a = 0; a < 3; a++)
            if ((c.wraps >> a & 1u) && !(c.wide[a][i] < c.max[a])) c.wide[a][i] = nextafter(c.max[a], 0);
    }
}

static void test_uniform(void **state)
{
    (void)state;
    everywhere(uniform, 300);
    begin_cloud(2, MOST, ORR_TYPE_F32, 0, 2);
    uniform(MOST);
    check(4096);
}
static void test_crowd(void **state)
{
    (void)state, everywhere(crowd, 300);
}
static void test_point(void **state)
{
    (void)state, everywhere(point, 150);
}
static void test_lattice(void **state)
{
    (void)state, everywhere(lattice, 128);
}
static void test_few(void **state)
{
    (void)state;
    for (uint32_t count = 0; count < 4; count++) everywhere(uniform, count);
}

/* f64, far from the cell at the origin: cell numbers are rounded, pairs just within the radius are still found. */
static void test_far(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 20; k++) {
        const double far = ldexp(1.1, (int)k + 20);
        begin_cloud(2, 400, ORR_TYPE_F64, 0, 1);
        spread(k, 0, 400, far, far + 10);
        for (uint32_t i = 1; i < 400; i += 2) {
            c.wide[0][i] = c.wide[0][i - 1] + 1;
            c.wide[1][i] = c.wide[1][i - 1];
        }
        c.wide[0][0] = c.wide[1][0] = 0;
        check(4096);
    }
}

/* The work of a walk stays small when most are in a corner of a wide world, periodic or not. */
static void test_corner_is_cheap(void **state)
{
    (void)state;
    for (uint32_t wraps = 0; wraps < 4; wraps++) {
        native_grid g;
        uint64_t walked = 0;
        begin_cloud(2, MOST, ORR_TYPE_F32, wraps, 1);
        for (uint32_t a = 0; a < 2; a++) {
            c.min[a] = -1e6;
            c.max[a] = 1e6 + 0.37;
        }
        spread(wraps, 0, MOST, 100, 140);
        for (uint32_t a = 0; a < 2; a++) c.wide[a][0] = 9e5;
        for (uint32_t a = 0; a < 2; a++)
            for (uint32_t i = 0; i < MOST; i++) c.narrow[a][i] = (float)c.wide[a][i];
        native_grid_init(&g, 2, ORR_TYPE_F32, MOST, 4096, (const void *[]){ c.narrow[0], c.narrow[1] }, c.entity);
        g.near.wraps = wraps;
        memcpy(g.build.min, c.min, sizeof c.min);
        memcpy(g.build.max, c.max, sizeof c.max);
        native_build(&g);
        for (uint32_t i = 0; i < MOST; i++) {
            orr_near near = orr_near_begin(&g.near, (double)c.narrow[0][i], (double)c.narrow[1][i], 0);
            while (orr_near_next(&near)) walked += near.end - near.begin;
        }
        assert_true(walked < 25u * MOST); /* about 9 is fair: 1500 over 40 x 40 cells */
        native_grid_fini(&g);
    }
}

static void refused(native_grid *g, const char *why)
{
    native_case n;
    native_init(&n, 0, 0, 0.1, NULL);
    n.tick.state = g ? &g->build : NULL;
    assert_true(orr_job_neighbours.run(&n.rows, &n.tick) < 0);
    if (!strstr(n.range.failed, why)) fail_msg("'%s' does not say '%s'", n.range.failed, why);
}

static void test_refused(void **state)
{
    (void)state;
    native_grid g;
    refused(NULL, "orrery.neighbours");
    begin_cloud(2, 10, ORR_TYPE_F32, 0, 1);
    native_grid_init(&g, 2, ORR_TYPE_F32, 10, 64, (const void *[]){ c.narrow[0], c.narrow[1] }, c.entity);
    for (uint32_t k = 0; k < 3; k++) {
        g.near.radius = (double[]){ 0, NAN, INFINITY }[k];
        refused(&g, "radius");
    }
    g.near.radius = 1;
    g.near.wraps = 2;
    refused(&g, "max must be above min");
    g.near.wraps = 0;
    g.build.cells_capacity = 0;
    refused(&g, "room for a cell");
    g.build.cells_capacity = 64;
    native_carry(&g, c.entity, ORR_TYPE_ENTITY);
    g.build.carry_bytes[0] = 3;
    refused(&g, "1, 2, 4 or 8 bytes");
    native_grid_fini(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uniform), cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_point),   cmocka_unit_test(test_lattice),
        cmocka_unit_test(test_few),     cmocka_unit_test(test_far),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_corner_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
