/* tsan: no */
/* attract: the Benchmarks Game's solar system, one row at a time, cuts into ranges, bodies at one point. */
#include "native_case.h"

#include <math.h>
#include <stdio.h>

extern const orr_job_desc orr_job_attract, orr_job_integrate3;

enum { BODIES = 700 };

typedef struct attract_params {
    double gravity, softening, rate, share;
} attract_params;

typedef struct system_of_bodies {
    double x[3][BODIES], v[3][BODIES], mass[BODIES];
    orr_entity entity[BODIES];
    uint32_t count;
} system_of_bodies;

static void attract(system_of_bodies *s, uint32_t begin, uint32_t end, uint32_t chunk_base, double dt,
                    const attract_params *params)
{
    native_case c;
    orr_gather gather[4];
    native_init(&c, begin, end, dt, params);
    c.rows.gather_base = chunk_base;
    c.rows.entity = s->entity + chunk_base;
    for (uint32_t a = 0; a < 4; a++) {
        gather[a] = (orr_gather){ a < 3 ? s->x[a] : s->mass, s->entity, s->count };
        c.slots[3 + a] = &gather[a];
        if (a < 3) c.slots[a] = s->v[a] + chunk_base;
    }
    native_run(&c, &orr_job_attract);
}

static void move(system_of_bodies *s, double dt)
{
    native_case c;
    const double rate = 1;
    native_init(&c, 0, s->count, dt, &rate);
    for (uint32_t a = 0; a < 3; a++) {
        c.slots[a] = s->x[a];
        c.slots[3 + a] = s->v[a];
    }
    native_run(&c, &orr_job_integrate3);
}

static double energy(const system_of_bodies *s)
{
    double e = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        e += 0.5 * s->mass[i] * (s->v[0][i] * s->v[0][i] + s->v[1][i] * s->v[1][i] + s->v[2][i] * s->v[2][i]);
        for (uint32_t j = i + 1; j < s->count; j++) {
            const double dx = s->x[0][i] - s->x[0][j], dy = s->x[1][i] - s->x[1][j], dz = s->x[2][i] - s->x[2][j];
            e -= s->mass[i] * s->mass[j] / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return e;
}

/* Sun, Jupiter, Saturn, Uranus, Neptune: position (AU), velocity (AU a day), mass (suns). */
static const double planets[5][7] = {
    { 0, 0, 0, 0, 0, 0, 1 },
    { 4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01, 1.66007664274403694e-03,
      7.69901118419740425e-03, -6.90460016972063023e-05, 9.54791938424326609e-04 },
    { 8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01, -2.76742510726411899e-03,
      4.99852801234917238e-03, 2.30417297573763929e-05, 2.85885980666130812e-04 },
    { 1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01, 2.96460137564761618e-03,
      2.37847173959480950e-03, -2.96589568540237556e-05, 4.36624404335156298e-05 },
    { 1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01, 2.68067772490389322e-03,
      1.62824170038242295e-03, -9.51592254519715870e-05, 5.15138902046611451e-05 },
};

static void solar_system(system_of_bodies *s)
{
    const double pi = 3.141592653589793, sun = 4 * pi * pi, year = 365.24;
    s->count = 5;
    for (uint32_t i = 0; i < 5; i++) {
        s->mass[i] = planets[i][6] * sun;
        s->entity[i] = i + 1;
        for (uint32_t a = 0; a < 3; a++) {
            s->x[a][i] = planets[i][a];
            s->v[a][i] = planets[i][3 + a] * year;
            if (i) s->v[a][0] -= s->v[a][i] * s->mass[i] / sun;
        }
    }
}

static void test_solar_system(void **state)
{
    (void)state;
    static system_of_bodies s;
    const attract_params params = { 1, 0, 1, 1 };
    char text[32];
    solar_system(&s);
    snprintf(text, sizeof text, "%.9f", energy(&s));
    assert_string_equal(text, "-0.169075164");
    for (int step = 0; step < 1000; step++) {
        attract(&s, 0, s.count, 0, 0.01, &params);
        move(&s, 0.01);
    }
    snprintf(text, sizeof text, "%.9f", energy(&s));
    assert_string_equal(text, "-0.169087605");
}

static void random_bodies(system_of_bodies *s, uint32_t count, uint64_t seed)
{
    s->count = count;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t a = 0; a < 3; a++) {
            s->x[a][i] = native_uniform(&seed, -10, 10);
            s->v[a][i] = native_uniform(&seed, -1, 1);
        }
        s->mass[i] = native_uniform(&seed, 0.1, 2);
        s->entity[i] = ((orr_entity)native_bits(&seed) >> 12) | 1;
    }
}

/* As the head comment of attract.c has it, and skipping oneself by handle. */
static void attract_row(const system_of_bodies *s, uint32_t i, double dt, const attract_params *p, double v[3])
{
    double sum[3] = { 0, 0, 0 };
    for (uint32_t j = 0; j < s->count; j++) {
        if (s->entity[j] == s->entity[i]) continue;
        const double dx = s->x[0][j] - s->x[0][i], dy = s->x[1][j] - s->x[1][i], dz = s->x[2][j] - s->x[2][i];
        const double d2 = dx * dx + dy * dy + dz * dz + p->softening * p->softening, w = d2 * sqrt(d2);
        if (!(w > 0)) continue;
        const double pull = s->mass[j] / w;
        sum[0] += dx * pull;
        sum[1] += dy * pull;
        sum[2] += dz * pull;
    }
    for (uint32_t a = 0; a < 3; a++) v[a] = s->v[a][i] + sum[a] * (p->gravity * (dt * p->rate * p->share));
}

static void test_rows(void **state)
{
    (void)state;
    static system_of_bodies s, was;
    const attract_params params[] = { { 1, 0, 1, 1 }, { 0.25, 0.125, -1, 1 }, { -3, 1e-3, 1, 0.5 } };
    const uint32_t counts[] = { 1, 2, 3, 63, 64, 65, 130, BODIES };
    for (uint32_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        const attract_params *p = &params[k % 3];
        random_bodies(&s, counts[k], k);
        if (s.count > 10) {
            for (uint32_t a = 0; a < 3; a++) s.x[a][4] = s.x[a][9]; /* two at one point */
            s.x[1][7] = NAN;                                        /* pulls nobody and is not pulled */
            s.x[0][8] = 1e200;
        }
        was = s;
        /* two chunks, the second one cut at odd places */
        const uint32_t base = s.count / 3, rest = s.count - base, cut = rest / 2;
        attract(&s, 0, base, 0, 0.01, p);
        attract(&s, 0, cut, base, 0.01, p);
        attract(&s, cut, rest, base, 0.01, p);
        for (uint32_t i = 0; i < s.count; i++) {
            double v[3];
            attract_row(&was, i, 0.01, p, v);
            for (uint32_t a = 0; a < 3; a++) assert_memory_equal(&v[a], &s.v[a][i], sizeof v[a]);
        }
    }
}

static void test_empty(void **state)
{
    (void)state;
    static system_of_bodies s;
    const attract_params params = { 1, 0, 1, 1 };
    random_bodies(&s, 10, 1);
    const system_of_bodies was = s;
    attract(&s, 5, 5, 0, 0.01, &params);
    assert_memory_equal(&s, &was, sizeof s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solar_system),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
