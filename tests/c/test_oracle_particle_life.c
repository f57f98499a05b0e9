/* needs: lua. long: oracle
 * particle_life.lua: what is mutual cancels, a grid sees what everybody sees, and names do not matter. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

static const double WIDTH = 1120, HEIGHT = 700;
static const char *const all = "Position Velocity Kind";

typedef struct crowd {
    double *x, *y, *vx, *vy, *kind;
    uint64_t count;
} crowd;

static crowd look(orr_host *host)
{
    crowd c;
    c.x = scene_column(host, all, "Position.x", &c.count);
    c.y = scene_column(host, all, "Position.y", &c.count);
    c.vx = scene_column(host, all, "Velocity.x", &c.count);
    c.vy = scene_column(host, all, "Velocity.y", &c.count);
    c.kind = scene_column(host, all, "Kind.value", &c.count);
    return c;
}

static void forget(crowd *c)
{
    free(c->x);
    free(c->y);
    free(c->vx);
    free(c->vy);
    free(c->kind);
}

static double param(orr_host *host, const char *name)
{
    orr_world *world = orr_host_world(host);
    return orr_param_get(world, orr_param_find(world, name));
}

/* ---- what is mutual cancels ---- */

typedef struct motion {
    double total, mean; /* length of the sum of all velocities; mean speed */
} motion;

static motion momentum(orr_host *host)
{
    crowd c = look(host);
    double x = 0, y = 0, speed = 0;
    for (uint64_t i = 0; i < c.count; i++) {
        x += c.vx[i];
        y += c.vy[i];
        speed += sqrt(c.vx[i] * c.vx[i] + c.vy[i] * c.vy[i]);
    }
    const motion m = { sqrt(x * x + y * y), speed / (double)c.count };
    forget(&c);
    return m;
}

static motion run(const char *const *set, uint64_t ticks, const char *from, const char *to)
{
    orr_host *host = scene_open("particle_life.lua", 3, set, from, to);
    scene_step(host, ticks);
    const motion m = momentum(host);
    orr_host_close(host);
    return m;
}

static const char *const mutual[] = { "count=1000", "radius=40", "symmetric=1", "friction=1", NULL };
static const char *const mutual_lua[] = { "count=1000", "radius=40", "symmetric=1", "friction=1", "native=0", NULL };
static const char *const free_for_all[] = { "count=1000", "radius=40", "symmetric=0", "friction=1", NULL };

static void what_is_mutual_conserves_momentum(void **state)
{
    (void)state;
    const uint64_t ticks = scene_long() ? 20000 : 300;
    const motion native = run(mutual, ticks, NULL, NULL), lua = run(mutual_lua, 20, NULL, NULL);
    assert_true(native.total < 1e-10 && native.mean > 0.1);
    assert_true(lua.total < 1e-10 && lua.mean > 0.1);
    assert_true(run(free_for_all, 100, NULL, NULL).total > 1);
}

/* ---- everybody against everybody ---- */

static float pulls[36];

static void read_rules(orr_host *host)
{
    uint32_t width = 0, height = 0;
    const float *cells = scene_cells(host, "rules", "pull", &width, &height);
    assert_true(width == 6 && height == 6);
    for (int k = 0; k < 36; k++) pulls[k] = cells[k];
}

static double nearest(double d, double size)
{
    return d > size / 2 ? d - size : d < -size / 2 ? d + size : d;
}

/* What i feels of j, in floats; 0 beyond the radius. Multiplies the difference of their places. */
static float feeling(float dx, float dy, float pull, float r, float core, float repulsion)
{
    const float d2 = dx * dx + dy * dy;
    if (!(d2 > 0 && d2 < r * r)) return 0;
    const float d = sqrtf(d2), q = d * (1 / r);
    const float gap = 1 / (1 - core);
    const float f = q < core ? repulsion * (q * (1 / core) - 1) : pull * (1 - fabsf(2 * q - (1 + core)) * gap);
    return f / d;
}

/* Velocities after a tick; terms in grains of 2^-40, so that their order does not matter. */
static void step_all(orr_host *host, crowd *c)
{
    const float r = (float)param(host, "radius"), core = (float)param(host, "core");
    const float repulsion = (float)param(host, "repulsion");
    const double dt = orr_world_dt(orr_host_world(host)), force = param(host, "force") * dt;
    const double keep = 1 - param(host, "friction") * dt;
    for (uint64_t i = 0; i < c->count; i++) {
        double sx = 0, sy = 0;
        for (uint64_t j = 0; j < c->count; j++) {
            const float dx = (float)nearest(c->x[j] - c->x[i], WIDTH), dy = (float)nearest(c->y[j] - c->y[i], HEIGHT);
            const float g = feeling(dx, dy, pulls[(int)(c->kind[i] * 6 + c->kind[j])], r, core, repulsion);
            sx += rint(ldexp((double)(dx * g), 40));
            sy += rint(ldexp((double)(dy * g), 40));
        }
        c->vx[i] = c->vx[i] * keep + ldexp(sx, -40) * force;
        c->vy[i] = c->vy[i] * keep + ldexp(sy, -40) * force;
    }
}

static bool as_everybody_says(const char *const *set, int rounds, const char *from, const char *to)
{
    orr_host *host = scene_open("particle_life.lua", 5, set, from, to);
    bool same = true;
    scene_step(host, 0);
    read_rules(host);
    for (int round = 0; round < rounds && same; round++) {
        crowd before = look(host);
        scene_step(host, 1);
        step_all(host, &before);
        crowd after = look(host);
        for (uint64_t i = 0; i < after.count; i++)
            same = same && before.vx[i] == after.vx[i] && before.vy[i] == after.vy[i];
        forget(&before);
        forget(&after);
        scene_step(host, 5);
    }
    orr_host_close(host);
    return same;
}

static void the_grid_sees_what_everybody_sees(void **state)
{
    (void)state;
    static const char *const lua[] = { "count=1000", "radius=40", "native=0", NULL };
    assert_true(as_everybody_says(free_for_all, scene_long() ? 200 : 10, NULL, NULL));
    assert_true(as_everybody_says(lua, 3, NULL, NULL));
}

/* ---- names ---- */

static void put(orr_host *host, const char *field, const void *values, uint64_t count)
{
    orr_world *world = orr_host_world(host);
    const orr_component list[] = { orr_component_find(world, "Position"), orr_component_find(world, "Kind"), 0 };
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = list });
    assert_int_equal(orr_query_fill(world, query, orr_field_find(world, field), values, count), ORR_OK);
}

static void who_is_called_what_does_not_matter(void **state)
{
    (void)state;
    orr_host *a = scene_open("particle_life.lua", 5, free_for_all, NULL, NULL);
    orr_host *b = scene_open("particle_life.lua", 5, free_for_all, NULL, NULL);
    scene_step(a, 0);
    scene_step(b, 0);
    crowd c = look(a), d = look(b);
    uint8_t *kind = malloc(c.count);
    assert_non_null(kind);
    for (uint64_t i = 0; i < c.count; i++) { /* 7 and 1,000 have no common divisor */
        const uint64_t to = (i * 7 + 13) % c.count;
        d.x[to] = c.x[i];
        d.y[to] = c.y[i];
        kind[to] = (uint8_t)c.kind[i];
    }
    put(b, "Position.x", d.x, d.count);
    put(b, "Position.y", d.y, d.count);
    put(b, "Kind.value", kind, d.count);
    free(kind);
    forget(&c);
    forget(&d);
    scene_step(a, 50);
    scene_step(b, 50);
    c = look(a), d = look(b);
    for (uint64_t i = 0; i < c.count; i++) {
        const uint64_t to = (i * 7 + 13) % c.count;
        assert_true(d.x[to] == c.x[i] && d.y[to] == c.y[i] && d.vx[to] == c.vx[i] && d.vy[to] == c.vy[i]);
    }
    forget(&c);
    forget(&d);
    orr_host_close(a);
    orr_host_close(b);
}

/* The oracle notices: a wrong sign, half the repulsion, a world with an edge, rules that are not mutual. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const lua[] = { "count=1000", "radius=40", "native=0", NULL };
    static const char *const mistakes[][2] = { { "fl(q * inv_core) - 1", "fl(q * inv_core) + 1" },
                                               { "fl(repulsion())", "fl(0.5 * repulsion())" },
                                               { "near:delta(j, x, y)", "near.x[j] - x, near.y[j] - y" },
                                               { "d2 > 0 and d2 < r2", "d2 > 0 and d2 < 0.9 * r2" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++)
        assert_false(as_everybody_says(lua, 1, mistakes[k][0], mistakes[k][1]));
    assert_false(run(mutual, 100, "pull[b * MOST + a] = wish", "pull[b * MOST + a] = -wish").total < 1e-10);
    assert_false(run(mutual_lua, 20, "sy + ((fl(dy * g)", "sy + ((fl(math.abs(dy) * g)").total < 1e-10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_mutual_conserves_momentum),
        cmocka_unit_test(the_grid_sees_what_everybody_sees),
        cmocka_unit_test(who_is_called_what_does_not_matter),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
