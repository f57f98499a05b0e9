/* tsan: no. valgrind: no (arithmetic only, and much of it) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/math.h"
#include "orrery_job.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { F_SIN, F_COS, F_EXP, F_LOG, F_POW, F_ATAN2 };

static const char *const function_names[] = { "sin", "cos", "exp", "log", "pow", "atan2" };

static double ours(int f, double a, double b)
{
    return f == F_SIN   ? orr__sin(a)
           : f == F_COS ? orr__cos(a)
           : f == F_EXP ? orr__exp(a)
           : f == F_LOG ? orr__log(a)
           : f == F_POW ? orr__pow(a, b)
                        : orr__atan2(a, b);
}

/* Whether long double has more digits than double here and now (not so on all machines, nor under all emulators). */
static bool long_double_is_longer(void)
{
    volatile long double one = 1.0L, small = 0x1p-60L;
    return LDBL_MANT_DIG >= 64 && one + small != one;
}

static long double theirs(int f, double a, double b, bool longer)
{
    const long double x = a, y = b;
    if (!longer) { // then the long functions are worse than the short ones
        return f == F_SIN   ? sin(a)
               : f == F_COS ? cos(a)
               : f == F_EXP ? exp(a)
               : f == F_LOG ? log(a)
               : f == F_POW ? pow(a, b)
                            : atan2(a, b);
    }
    return f == F_SIN   ? sinl(x)
           : f == F_COS ? cosl(x)
           : f == F_EXP ? expl(x)
           : f == F_LOG ? logl(x)
           : f == F_POW ? powl(x, y)
                        : atan2l(x, y);
}

/* The error in units of the last place of the exact result; 0 where both are NaN or the same infinity. */
static double error_in_ulp(double got, long double exact)
{
    const double near = (double)exact;
    if (isnan(got) || isnan(near)) {
        return isnan(got) && isnan(near) ? 0.0 : INFINITY;
    }
    if (got == near && (isinf(got) || got == 0.0)) {
        return !signbit(got) == !signbit(near) ? 0.0 : INFINITY;
    }
    if (isinf(got)) { // overflow may come a rounding early
        return fabsl(exact) >= (long double)DBL_MAX && !signbit(got) == !signbit(near) ? 0.5 : INFINITY;
    }
    const double unit = fabs(near) < DBL_MIN ? 0x1p-1074 : scalbn(1.0, ilogb(isinf(near) ? DBL_MAX : near) - 52);
    return (double)(fabsl((long double)got - exact) / unit);
}

static uint64_t draws;

static uint64_t bits(void)
{
    return orr_random_bits(42, draws++, 0);
}

static double between(double low, double high)
{
    return low + (high - low) * ((double)(bits() >> 11) * 0x1p-53);
}

/* Any finite number, all exponents alike. */
static double any(void)
{
    double x;
    do {
        const uint64_t b = bits();
        memcpy(&x, &b, sizeof x);
    } while (!isfinite(x));
    return x;
}

static double scaled(int exponents)
{
    return scalbn(between(1.0, 2.0), (int)(bits() % (uint64_t)(2 * exponents + 1)) - exponents);
}

/* Arguments of one kind for each function, where its branches are. */
static void arguments(int f, uint32_t kind, double *a, double *b)
{
    *b = 0.0;
    switch (f) {
    case F_SIN:
    case F_COS:
        *a = kind == 0   ? between(-0.8, 0.8)
             : kind == 1 ? between(-100.0, 100.0)
             : kind == 2 ? between(-2e6, 2e6)
             : kind == 3 ? (double)(bits() % 2000000) * 1.5707963267948966
                         : any();
        break;
    case F_EXP:
        *a = kind == 0   ? between(-746.0, 710.0)
             : kind == 1 ? between(-1.0, 1.0)
             : kind == 2 ? between(-746.0, -708.0)
             : kind == 3 ? between(-1.0, 1.0) * scaled(60)
                         : any();
        break;
    case F_LOG:
        *a = kind == 0   ? between(0.5, 2.0)
             : kind == 1 ? between(0.99, 1.02)
             : kind == 2 ? 1.0 + between(-0.25, 0.25) * scalbn(1.0, -(int)(bits() % 50))
             : kind == 3 ? (double)(bits() >> 12) * 0x1p-1074
                         : fabs(any());
        break;
    case F_POW:
        *a = kind == 1   ? 1.0 + between(-0.5, 0.5) * scalbn(1.0, -(int)(bits() % 45))
             : kind == 4 ? fabs(any())
                         : scaled(20);
        *b = kind == 0   ? between(-40.0, 40.0)
             : kind == 1 ? between(-740.0, 710.0) / log(*a)
             : kind == 2 ? between(-745.2, -707.0) / log(*a)
             : kind == 3 ? between(-3.0, 3.0)
                         : between(-1.1, 1.1);
        break;
    default:
        *a = kind < 2 ? between(-1.0, 1.0) : kind == 2 ? (double)(bits() >> 11) * 0x1p-1074 : any();
        *b = kind == 0   ? between(-1.0, 1.0)
             : kind == 1 ? scaled(70)
             : kind == 2 ? (double)(bits() >> 11) * -0x1p-1074
                         : any();
        break;
    }
}

/* 1,250,000 arguments for each function, against the C library's long double. */
static void stays_within_one_ulp(void **state)
{
    (void)state;
    enum { KINDS = 5 };
    // a reference that is itself rounded to double allows a wider bound only; under an emulator fewer have to do
    const bool longer = long_double_is_longer();
    const double bound = longer ? 0.85 : 1.6;
    const uint32_t each = longer ? 250000 : 25000;
    for (int f = F_SIN; f <= F_ATAN2; f++) {
        for (uint32_t kind = 0; kind < KINDS; kind++) {
            for (uint32_t i = 0; i < each; i++) {
                double a, b;
                arguments(f, kind, &a, &b);
                const double error = error_in_ulp(ours(f, a, b), theirs(f, a, b, longer));
                if (!(error < bound)) {
                    fail_msg("%s(%a, %a) is off by %.3f ulp: %a", function_names[f], a, b, error, ours(f, a, b));
                }
            }
        }
    }
}

/* Arguments where reduction and scaling are hardest, with results computed to 3,000 bits and rounded. */
static const struct {
    int f;
    double a, b, result;
} exact_rows[] = {
    { F_SIN, 0x1.6ac5b262ca1ffp+849, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, -0x1.6ac5b262ca1ffp+849, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_COS, 0x1.6ac5b262ca1ffp+849, 0x0.0p+0, -0x1.14ae72e6ba22fp-61 },
    { F_SIN, 0x1.6ac5b262ca1ffp+849, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, -0x1.6ac5b262ca1ffp+849, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_COS, 0x1.6ac5b262ca1ffp+849, 0x0.0p+0, -0x1.14ae72e6ba22fp-61 },
    { F_SIN, 0x1.0f0cf064dd592p+73, 0x0.0p+0, -0x1.b453ab76bf397p-1 },
    { F_SIN, -0x1.0f0cf064dd592p+73, 0x0.0p+0, 0x1.b453ab76bf397p-1 },
    { F_COS, 0x1.0f0cf064dd592p+73, 0x0.0p+0, 0x1.0be2cef01c8f4p-1 },
    { F_SIN, 0x1.7e43c8800759cp+996, 0x0.0p+0, -0x1.a2c16b010e385p-1 },
    { F_SIN, -0x1.7e43c8800759cp+996, 0x0.0p+0, 0x1.a2c16b010e385p-1 },
    { F_COS, 0x1.7e43c8800759cp+996, 0x0.0p+0, -0x1.2699022adc4c1p-1 },
    { F_SIN, 0x1.fffffffffffffp+1023, 0x0.0p+0, 0x1.452fc98b34e97p-8 },
    { F_SIN, -0x1.fffffffffffffp+1023, 0x0.0p+0, -0x1.452fc98b34e97p-8 },
    { F_COS, 0x1.fffffffffffffp+1023, 0x0.0p+0, -0x1.fffe62ecfab75p-1 },
    { F_SIN, 0x1.0000000000000p+1023, 0x0.0p+0, 0x1.205248cbdb760p-1 },
    { F_SIN, -0x1.0000000000000p+1023, 0x0.0p+0, -0x1.205248cbdb760p-1 },
    { F_COS, 0x1.0000000000000p+1023, 0x0.0p+0, -0x1.a719f26c232bfp-1 },
    { F_SIN, 0x1.0000000000000p+120, 0x0.0p+0, 0x1.82e34655e6fcbp-2 },
    { F_SIN, -0x1.0000000000000p+120, 0x0.0p+0, -0x1.82e34655e6fcbp-2 },
    { F_COS, 0x1.0000000000000p+120, 0x0.0p+0, -0x1.da0cd0b66d8cep-1 },
    { F_SIN, 0x1.9000000000000p+19, 0x0.0p+0, -0x1.fbb591ee8d814p-1 },
    { F_SIN, -0x1.9000000000000p+19, 0x0.0p+0, 0x1.fbb591ee8d814p-1 },
    { F_COS, 0x1.9000000000000p+19, 0x0.0p+0, -0x1.0895a0cac9209p-3 },
    { F_SIN, 0x1.8ffffcccccccdp+19, 0x0.0p+0, -0x1.f291b944053f6p-1 },
    { F_SIN, -0x1.8ffffcccccccdp+19, 0x0.0p+0, 0x1.f291b944053f6p-1 },
    { F_COS, 0x1.8ffffcccccccdp+19, 0x0.0p+0, -0x1.d2021079b8aa9p-3 },
    { F_SIN, 0x1.921fb54395810p+19, 0x0.0p+0, -0x1.5aa108cc746f8p-14 },
    { F_SIN, -0x1.921fb54395810p+19, 0x0.0p+0, 0x1.5aa108cc746f8p-14 },
    { F_COS, 0x1.921fb54395810p+19, 0x0.0p+0, 0x1.ffffffe2aa84fp-1 },
    { F_SIN, 0x1.0000000000000p+31, 0x0.0p+0, -0x1.f14f913e9af98p-1 },
    { F_SIN, -0x1.0000000000000p+31, 0x0.0p+0, 0x1.f14f913e9af98p-1 },
    { F_COS, 0x1.0000000000000p+31, 0x0.0p+0, 0x1.e70c2d5131e55p-3 },
    { F_SIN, 0x1.86a0000000000p+16, 0x0.0p+0, 0x1.24daa9c527e96p-5 },
    { F_SIN, -0x1.86a0000000000p+16, 0x0.0p+0, -0x1.24daa9c527e96p-5 },
    { F_COS, 0x1.86a0000000000p+16, 0x0.0p+0, -0x1.ffac3841b3da7p-1 },
    { F_SIN, 0x1.aa535d3d0c000p+54, 0x0.0p+0, 0x1.c5c4a2347229cp-2 },
    { F_SIN, -0x1.aa535d3d0c000p+54, 0x0.0p+0, -0x1.c5c4a2347229cp-2 },
    { F_COS, 0x1.aa535d3d0c000p+54, 0x0.0p+0, 0x1.cafc4558d17d0p-1 },
    { F_SIN, 0x1.921fb54442d18p+0, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, -0x1.921fb54442d18p+0, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_COS, 0x1.921fb54442d18p+0, 0x0.0p+0, 0x1.1a62633145c07p-54 },
    { F_SIN, 0x1.921fb54442d18p+1, 0x0.0p+0, 0x1.1a62633145c07p-53 },
    { F_SIN, -0x1.921fb54442d18p+1, 0x0.0p+0, -0x1.1a62633145c07p-53 },
    { F_COS, 0x1.921fb54442d18p+1, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_SIN, 0x1.2d97c7f3321d2p+2, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_SIN, -0x1.2d97c7f3321d2p+2, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_COS, 0x1.2d97c7f3321d2p+2, 0x0.0p+0, -0x1.a79394c9e8a0ap-53 },
    { F_SIN, 0x1.921fb54442d18p+2, 0x0.0p+0, -0x1.1a62633145c07p-52 },
    { F_SIN, -0x1.921fb54442d18p+2, 0x0.0p+0, 0x1.1a62633145c07p-52 },
    { F_COS, 0x1.921fb54442d18p+2, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, 0x1.1475cc9eedf01p+4, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_SIN, -0x1.1475cc9eedf01p+4, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_COS, 0x1.1475cc9eedf01p+4, 0x0.0p+0, 0x1.3ddc5bce200bbp-50 },
    { F_SIN, 0x1.3df51848a0414p+16, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_SIN, -0x1.3df51848a0414p+16, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_COS, 0x1.3df51848a0414p+16, 0x0.0p+0, -0x1.b3d4b22b50ff2p-45 },
    { F_SIN, 0x1.0e2d4dc9dce4cp+9, 0x0.0p+0, -0x1.3dba1aa51add5p-45 },
    { F_SIN, -0x1.0e2d4dc9dce4cp+9, 0x0.0p+0, 0x1.3dba1aa51add5p-45 },
    { F_COS, 0x1.0e2d4dc9dce4cp+9, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, 0x1.b7a4579b45b77p+19, 0x0.0p+0, -0x1.6bab1227761cfp-35 },
    { F_SIN, -0x1.b7a4579b45b77p+19, 0x0.0p+0, 0x1.6bab1227761cfp-35 },
    { F_COS, 0x1.b7a4579b45b77p+19, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, 0x1.9000ff791f315p+19, 0x0.0p+0, -0x1.a955476866c0dp-35 },
    { F_SIN, -0x1.9000ff791f315p+19, 0x0.0p+0, 0x1.a955476866c0dp-35 },
    { F_COS, 0x1.9000ff791f315p+19, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, 0x1.7681cc9b2df96p+30, 0x0.0p+0, -0x1.1d32adda8fc30p-26 },
    { F_SIN, -0x1.7681cc9b2df96p+30, 0x0.0p+0, 0x1.1d32adda8fc30p-26 },
    { F_COS, 0x1.7681cc9b2df96p+30, 0x0.0p+0, 0x1.fffffffffffffp-1 },
    { F_SIN, 0x1.921fb54442d18p+40, 0x0.0p+0, -0x1.1a62632db1824p-14 },
    { F_SIN, -0x1.921fb54442d18p+40, 0x0.0p+0, 0x1.1a62632db1824p-14 },
    { F_COS, 0x1.921fb54442d18p+40, 0x0.0p+0, 0x1.ffffffec88318p-1 },
    { F_SIN, 0x1.921fb54442d19p+0, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, -0x1.921fb54442d19p+0, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_COS, 0x1.921fb54442d19p+0, 0x0.0p+0, -0x1.72cece675d1fdp-53 },
    { F_SIN, 0x1.921fb54442d19p+1, 0x0.0p+0, -0x1.72cece675d1fdp-52 },
    { F_SIN, -0x1.921fb54442d19p+1, 0x0.0p+0, 0x1.72cece675d1fdp-52 },
    { F_COS, 0x1.921fb54442d19p+1, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_SIN, 0x1.2d97c7f3321d3p+2, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_SIN, -0x1.2d97c7f3321d3p+2, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_COS, 0x1.2d97c7f3321d3p+2, 0x0.0p+0, 0x1.961b1acd85d7dp-51 },
    { F_SIN, 0x1.90019645032b0p+19, 0x0.0p+0, -0x1.0000000000000p+0 },
    { F_SIN, -0x1.90019645032b0p+19, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_COS, 0x1.90019645032b0p+19, 0x0.0p+0, 0x1.04c193acad033p-33 },
    { F_SIN, 0x1.921fb54442d18p-1, 0x0.0p+0, 0x1.6a09e667f3bccp-1 },
    { F_SIN, -0x1.921fb54442d18p-1, 0x0.0p+0, -0x1.6a09e667f3bccp-1 },
    { F_COS, 0x1.921fb54442d18p-1, 0x0.0p+0, 0x1.6a09e667f3bcdp-1 },
    { F_SIN, 0x1.921fb54442d19p-1, 0x0.0p+0, 0x1.6a09e667f3bcdp-1 },
    { F_SIN, -0x1.921fb54442d19p-1, 0x0.0p+0, -0x1.6a09e667f3bcdp-1 },
    { F_COS, 0x1.921fb54442d19p-1, 0x0.0p+0, 0x1.6a09e667f3bccp-1 },
    { F_SIN, 0x1.5798ee2308c3ap-27, 0x0.0p+0, 0x1.5798ee2308c3ap-27 },
    { F_SIN, -0x1.5798ee2308c3ap-27, 0x0.0p+0, -0x1.5798ee2308c3ap-27 },
    { F_COS, 0x1.5798ee2308c3ap-27, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, 0x1.56e1fc2f8f359p-997, 0x0.0p+0, 0x1.56e1fc2f8f359p-997 },
    { F_SIN, -0x1.56e1fc2f8f359p-997, 0x0.0p+0, -0x1.56e1fc2f8f359p-997 },
    { F_COS, 0x1.56e1fc2f8f359p-997, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_SIN, 0x0.0000000000001p-1022, 0x0.0p+0, 0x0.0000000000001p-1022 },
    { F_SIN, -0x0.0000000000001p-1022, 0x0.0p+0, -0x0.0000000000001p-1022 },
    { F_COS, 0x0.0000000000001p-1022, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_EXP, 0x1.62e42fefa39efp+9, 0x0.0p+0, 0x1.fffffffffff2ap+1023 },
    { F_EXP, -0x1.6233333333333p+9, 0x0.0p+0, 0x0.ff15b469edf89p-1022 },
    { F_EXP, -0x1.7490a3d70a3d7p+9, 0x0.0p+0, 0x0.0000000000001p-1022 },
    { F_EXP, -0x1.7240000000000p+9, 0x0.0p+0, 0x0.0000000000033p-1022 },
    { F_EXP, 0x1.79ca10c924223p-67, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_EXP, -0x1.70ef54646d497p-57, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_EXP, 0x1.0000000000000p-1, 0x0.0p+0, 0x1.a61298e1e069cp+0 },
    { F_EXP, -0x1.62e42fead449cp-2, 0x0.0p+0, 0x1.6a09e669a7145p-1 },
    { F_EXP, 0x1.0000000000000p+0, 0x0.0p+0, 0x1.5bf0a8b145769p+1 },
    { F_EXP, -0x1.0000000000000p+0, 0x0.0p+0, 0x1.78b56362cef38p-2 },
    { F_EXP, 0x1.6133333333333p+6, 0x0.0p+0, 0x1.4f74482fc973dp+127 },
    { F_EXP, 0x1.0000000000000p-55, 0x0.0p+0, 0x1.0000000000000p+0 },
    { F_EXP, 0x1.6280000000000p+9, 0x0.0p+0, 0x1.d422d2be5dc9bp+1022 },
    { F_LOG, 0x0.0000000000001p-1022, 0x0.0p+0, -0x1.74385446d71c3p+9 },
    { F_LOG, 0x0.012688b70e62bp-1022, 0x0.0p+0, -0x1.64e69394d9508p+9 },
    { F_LOG, 0x1.0000000000000p-1022, 0x0.0p+0, -0x1.6232bdd7abcd2p+9 },
    { F_LOG, 0x1.0000000000001p+0, 0x0.0p+0, 0x1.fffffffffffffp-53 },
    { F_LOG, 0x1.fffffffffffffp-1, 0x0.0p+0, -0x1.0000000000000p-53 },
    { F_LOG, 0x1.000001ad7f29bp+0, 0x0.0p+0, 0x1.ad7f2847b6492p-24 },
    { F_LOG, 0x1.fff2e48e8a71ep-1, 0x0.0p+0, -0x1.a3738d2cf1cc2p-14 },
    { F_LOG, 0x1.fffffffffffffp+1023, 0x0.0p+0, 0x1.62e42fefa39efp+9 },
    { F_LOG, 0x1.0000000000000p+1, 0x0.0p+0, 0x1.62e42fefa39efp-1 },
    { F_LOG, 0x1.8000000000000p+1, 0x0.0p+0, 0x1.193ea7aad030bp+0 },
    { F_LOG, 0x1.4000000000000p+3, 0x0.0p+0, 0x1.26bb1bbb55516p+1 },
    { F_LOG, 0x1.6a0902de00d1bp-1, 0x0.0p+0, -0x1.62e6b3842a25ep-2 },
    { F_LOG, 0x1.6a09e667f3bcdp+0, 0x0.0p+0, 0x1.62e42fefa39f0p-2 },
    { F_LOG, 0x1.ff554fbdad752p-1, 0x0.0p+0, -0x1.559978968f381p-10 },
    { F_LOG, 0x1.01554fbdad752p+0, 0x0.0p+0, 0x1.546d005b9724ep-8 },
    { F_LOG, 0x1.0155516b2c9ecp+0, 0x0.0p+0, 0x1.546eaba116b48p-8 },
    { F_POW, 0x1.0000000000000p+1, 0x1.0000000000000p-1, 0x1.6a09e667f3bcdp+0 },
    { F_POW, 0x1.4000000000000p+3, 0x1.3400000000000p+8, 0x1.1ccf385ebc8a0p+1023 },
    { F_POW, 0x1.4000000000000p+3, -0x1.4300000000000p+8, 0x0.0000000000002p-1022 },
    { F_POW, 0x1.0000000000001p+0, 0x1.4d1120d7b1600p+61, 0x1.0502174a9bef1p+961 },
    { F_POW, 0x1.fffffffffffffp-1, 0x1.4d1120d7b1600p+62, 0x1.f62d04dd3d7e1p-962 },
    { F_POW, 0x1.fffffffffffffp+1023, 0x1.ff7ced916872bp-1, 0x1.f78d9576fb57dp+1022 },
    { F_POW, 0x0.0000000000001p-1022, 0x1.0000000000000p-1, 0x1.0000000000000p-537 },
    { F_POW, 0x0.0000000000001p-1022, -0x1.ccccccccccccdp-1, 0x1.8406003b2aecdp+966 },
    { F_POW, 0x1.8000000000000p+1, -0x1.5280000000000p+9, 0x0.0000000000002p-1022 },
    { F_POW, 0x1.199999999999ap+0, 0x1.b580000000000p+12, 0x1.70482352af339p+962 },
    { F_POW, 0x1.0000000000000p-1, 0x1.0c80000000000p+10, 0x0.0000000000001p-1022 },
    { F_POW, 0x1.0000000000000p-1, 0x1.0ca0000000000p+10, 0x0.0000000000001p-1022 },
    { F_POW, 0x1.0000000000000p+1, 0x1.fffffcb923a2ap+9, 0x1.fff6ea43bd988p+1023 },
    { F_POW, 0x1.c000000000000p+2, 0x1.5555555555555p-2, 0x1.e9b5dba58189dp+0 },
    { F_POW, 0x1.56e1fc2f8f359p-997, 0x1.11eb851eb851fp+0, 0x0.00000000000cap-1022 },
    { F_POW, 0x1.8000000000000p+0, -0x1.c213333333333p+10, 0x0.00000001db131p-1022 },
    { F_POW, 0x1.edd2f1a9fbe77p+6, -0x1.f8f5c28f5c28fp+2, 0x1.224ec1169f129p-55 },
    { F_POW, 0x1.3333333333333p-2, 0x1.6333333333333p+5, 0x1.d6b8829ee0c1fp-78 },
    { F_POW, 0x0.0000000000001p-1022, 0x1.0000000000000p-40, 0x1.fffffffa2f1ebp-1 },
    { F_POW, 0x1.0000000000000p+1, -0x1.0000000000000p-60, 0x1.0000000000000p+0 },
    { F_ATAN2, 0x1.0000000000000p+0, 0x1.0000000000000p+0, 0x1.921fb54442d18p-1 },
    { F_ATAN2, 0x1.0000000000000p+0, 0x1.0000000000000p+1, 0x1.dac670561bb4fp-2 },
    { F_ATAN2, 0x1.0000000000000p+0, 0x1.2a05f20000000p+33, 0x1.b7cdfd9d7bdbbp-34 },
    { F_ATAN2, 0x1.56e1fc2f8f359p-997, 0x1.0000000000000p+0, 0x1.56e1fc2f8f359p-997 },
    { F_ATAN2, 0x1.0000000000000p+0, 0x1.56e1fc2f8f359p-997, 0x1.921fb54442d18p+0 },
    { F_ATAN2, -0x1.0000000000000p+0, -0x1.79ca10c924223p-67, -0x1.921fb54442d18p+0 },
    { F_ATAN2, 0x0.012688b70e62bp-1022, 0x1.0000000000000p+0, 0x0.012688b70e62bp-1022 },
    { F_ATAN2, 0x0.03739a252b281p-1022, -0x0.080dbd0164b2dp-1022, 0x1.5e4c36ca0118ap+1 },
    { F_ATAN2, 0x1.1ccf385ebc8a0p+1023, 0x1.e42d130773b76p+1023, 0x1.103e230ebecf3p-1 },
    { F_ATAN2, 0x0.0000000000001p-1022, 0x0.0000000000001p-1022, 0x1.921fb54442d18p-1 },
    { F_ATAN2, 0x0.0000000000001p-1022, 0x1.8000000000000p+0, 0x0.0000000000001p-1022 },
    { F_ATAN2, 0x1.0000000000000p-5, 0x1.0000000000000p+0, 0x1.ffd55bba97625p-6 },
    { F_ATAN2, 0x1.8000000000000p-4, 0x1.0000000000000p+0, 0x1.7ee182602f10fp-4 },
    { F_ATAN2, 0x1.fffffffffffffp-1, 0x1.0000000000000p+0, 0x1.921fb54442d18p-1 },
    { F_ATAN2, 0x1.0000000000000p+0, -0x1.000000006df38p+0, 0x1.2d97c7f34d9a0p+1 },
    { F_ATAN2, 0x1.0000000000000p-65, 0x1.0000000000000p+0, 0x1.0000000000000p-65 },
    { F_ATAN2, 0x1.0000000000000p-63, -0x1.0000000000000p+0, 0x1.921fb54442d18p+1 },
    { F_ATAN2, 0x1.c000000000000p+2, -0x1.8000000000000p+1, 0x1.f9c6b238c6434p+0 },
};

static void hard_arguments(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof exact_rows / sizeof exact_rows[0]; i++) {
        const double got = ours(exact_rows[i].f, exact_rows[i].a, exact_rows[i].b), exact = exact_rows[i].result;
        const bool fine = isfinite(exact) && exact != 0.0
                              ? got == exact || got == nextafter(exact, INFINITY) || got == nextafter(exact, -INFINITY)
                              : got == exact && !signbit(got) == !signbit(exact);
        if (!fine) {
            fail_msg("%s(%a, %a) is %a, not %a", function_names[exact_rows[i].f], exact_rows[i].a, exact_rows[i].b, got,
                     exact);
        }
    }
}

static bool same(double got, double expected)
{
    if (isnan(expected)) {
        return isnan(got);
    }
    return got == expected && !signbit(got) == !signbit(expected);
}

#define PI 0x1.921fb54442d18p+1
#define INF INFINITY
#define TINY 0x1p-1074

/* The rows of C17 annex F. */
static const struct {
    int f;
    double a, b, result;
} special_rows[] = {
    { F_SIN, 0.0, 0, 0.0 },
    { F_SIN, -0.0, 0, -0.0 },
    { F_SIN, INF, 0, NAN },
    { F_SIN, -INF, 0, NAN },
    { F_SIN, NAN, 0, NAN },
    { F_SIN, TINY, 0, TINY },
    { F_SIN, -TINY, 0, -TINY },
    { F_COS, 0.0, 0, 1.0 },
    { F_COS, -0.0, 0, 1.0 },
    { F_COS, INF, 0, NAN },
    { F_COS, -INF, 0, NAN },
    { F_COS, NAN, 0, NAN },
    { F_COS, TINY, 0, 1.0 },
    { F_EXP, 0.0, 0, 1.0 },
    { F_EXP, -0.0, 0, 1.0 },
    { F_EXP, INF, 0, INF },
    { F_EXP, -INF, 0, 0.0 },
    { F_EXP, NAN, 0, NAN },
    { F_EXP, 709.79, 0, INF },
    { F_EXP, 1e308, 0, INF },
    { F_EXP, -746, 0, 0.0 },
    { F_EXP, -1e308, 0, 0.0 },
    { F_EXP, TINY, 0, 1.0 },
    { F_LOG, 1.0, 0, 0.0 },
    { F_LOG, 0.0, 0, -INF },
    { F_LOG, -0.0, 0, -INF },
    { F_LOG, -1.0, 0, NAN },
    { F_LOG, -INF, 0, NAN },
    { F_LOG, INF, 0, INF },
    { F_LOG, NAN, 0, NAN },
    { F_LOG, -TINY, 0, NAN },
    { F_POW, 0.0, -3.0, INF },
    { F_POW, -0.0, -3.0, -INF },
    { F_POW, 0.0, -2.0, INF },
    { F_POW, -0.0, -2.0, INF },
    { F_POW, -0.0, -2.5, INF },
    { F_POW, 0.0, -INF, INF },
    { F_POW, -0.0, -INF, INF },
    { F_POW, 0.0, 3.0, 0.0 },
    { F_POW, -0.0, 3.0, -0.0 },
    { F_POW, 0.0, 2.0, 0.0 },
    { F_POW, -0.0, 2.0, 0.0 },
    { F_POW, -0.0, 0.5, 0.0 },
    { F_POW, -1.0, INF, 1.0 },
    { F_POW, -1.0, -INF, 1.0 },
    { F_POW, 1.0, NAN, 1.0 },
    { F_POW, 1.0, INF, 1.0 },
    { F_POW, NAN, 0.0, 1.0 },
    { F_POW, NAN, -0.0, 1.0 },
    { F_POW, 7.0, 0.0, 1.0 },
    { F_POW, INF, 0.0, 1.0 },
    { F_POW, NAN, 1.0, NAN },
    { F_POW, 2.0, NAN, NAN },
    { F_POW, -2.0, 0.5, NAN },
    { F_POW, -TINY, 1.5, NAN },
    { F_POW, 0.5, -INF, INF },
    { F_POW, -0.5, -INF, INF },
    { F_POW, 2.0, -INF, 0.0 },
    { F_POW, -2.0, -INF, 0.0 },
    { F_POW, 0.5, INF, 0.0 },
    { F_POW, 2.0, INF, INF },
    { F_POW, -2.0, INF, INF },
    { F_POW, -INF, -3.0, -0.0 },
    { F_POW, -INF, -2.0, 0.0 },
    { F_POW, -INF, -0.5, 0.0 },
    { F_POW, -INF, 3.0, -INF },
    { F_POW, -INF, 2.0, INF },
    { F_POW, -INF, 0.5, INF },
    { F_POW, INF, -1.0, 0.0 },
    { F_POW, INF, 0.1, INF },
    { F_POW, INF, INF, INF },
    { F_POW, 0.0, INF, 0.0 },
    { F_POW, -1.0, 1e300, 1.0 },
    { F_POW, -1.0, 0x1.fffffffffffffp+52, -1.0 },
    { F_POW, -2.0, 3.0, -8.0 },
    { F_POW, -2.0, 2.0, 4.0 },
    { F_POW, -2.0, -1.0, -0.5 },
    { F_POW, 2.0, 1024.0, INF },
    { F_POW, -2.0, 1025.0, -INF },
    { F_POW, 2.0, -1074.0, TINY },
    { F_POW, 2.0, -1080.0, 0.0 },
    { F_POW, -2.0, -1081.0, -0.0 },
    { F_POW, 2.0, 1e300, INF },
    { F_POW, 2.0, -1e300, 0.0 },
    { F_POW, 0.5, 1e300, 0.0 },
    { F_POW, -0.5, -1e300, INF },
    { F_POW, 1e300, TINY, 1.0 },
    { F_POW, 3.0, 1.0, 3.0 },
    { F_POW, 3.0, 2.0, 9.0 },
    { F_POW, 10.0, 22.0, 1e22 },
    { F_POW, 4.0, 0.5, 2.0 },
    { F_POW, TINY, 1.0, TINY },
    { F_ATAN2, 0.0, 1.0, 0.0 },
    { F_ATAN2, -0.0, 1.0, -0.0 },
    { F_ATAN2, 0.0, -1.0, PI },
    { F_ATAN2, -0.0, -1.0, -PI },
    { F_ATAN2, 0.0, 0.0, 0.0 },
    { F_ATAN2, -0.0, 0.0, -0.0 },
    { F_ATAN2, 0.0, -0.0, PI },
    { F_ATAN2, -0.0, -0.0, -PI },
    { F_ATAN2, 1.0, 0.0, PI / 2 },
    { F_ATAN2, -1.0, 0.0, -PI / 2 },
    { F_ATAN2, 1.0, -0.0, PI / 2 },
    { F_ATAN2, TINY, 0.0, PI / 2 },
    { F_ATAN2, -1.0, -0.0, -PI / 2 },
    { F_ATAN2, 1.0, -INF, PI },
    { F_ATAN2, -1.0, -INF, -PI },
    { F_ATAN2, 1.0, INF, 0.0 },
    { F_ATAN2, -1.0, INF, -0.0 },
    { F_ATAN2, INF, 1.0, PI / 2 },
    { F_ATAN2, -INF, 1.0, -PI / 2 },
    { F_ATAN2, INF, -1e308, PI / 2 },
    { F_ATAN2, INF, INF, PI / 4 },
    { F_ATAN2, -INF, INF, -PI / 4 },
    { F_ATAN2, INF, -INF, 3 * (PI / 4) },
    { F_ATAN2, -INF, -INF, -3 * (PI / 4) },
    { F_ATAN2, NAN, 1.0, NAN },
    { F_ATAN2, 1.0, NAN, NAN },
    { F_ATAN2, INF, NAN, NAN },
    { F_ATAN2, TINY, 1e308, 0.0 },
    { F_ATAN2, 1e308, TINY, PI / 2 },
    { F_ATAN2, TINY, -1e308, PI },
    { F_ATAN2, 2.0, 2.0, PI / 4 },
};

static void special_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof special_rows / sizeof special_rows[0]; i++) {
        const double got = ours(special_rows[i].f, special_rows[i].a, special_rows[i].b);
        if (!same(got, special_rows[i].result)) {
            fail_msg("%s(%a, %a) is %a, not %a", function_names[special_rows[i].f], special_rows[i].a,
                     special_rows[i].b, got, special_rows[i].result);
        }
    }
}

/* What follows from the definition, for random arguments, bit by bit. */
static void symmetries(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 200000; i++) {
        const double x = any(), y = any();
        assert_true(same(orr__sin(-x), -orr__sin(x)) && same(orr__cos(-x), orr__cos(x)));
        assert_true(same(orr__atan2(-y, x), -orr__atan2(y, x)));
        assert_true(same(orr__pow(fabs(x), 1.0), fabs(x)));
        assert_true(fabs(orr__sin(x)) <= 1.0 && fabs(orr__cos(x)) <= 1.0);
        const double whole = (double)(bits() % 30) - 15.0;
        assert_true(same(orr__pow(-fabs(x), whole),
                         fmod(whole, 2.0) != 0.0 ? -orr__pow(fabs(x), whole) : orr__pow(fabs(x), whole)));
    }
    for (int e = -1074; e < 1024; e++) { // powers of two are exact
        assert_true(orr__pow(2.0, e) == scalbn(1.0, e));
    }
}

/* Whatever compiler, optimization and processor: these bits. A change here changes what every simulation computes. */
static void the_same_bits_everywhere(void **state)
{
    (void)state;
    enum { KINDS = 5, EACH = 20000 };
    static const uint64_t golden[] = {
        UINT64_C(0x8CA9CD3B28AB49C5), UINT64_C(0xF7C03593186C6F65), UINT64_C(0xCF423B2244FFE32B),
        UINT64_C(0x66DFA4ACD32FCA61), UINT64_C(0xE03A6F67783E053C), UINT64_C(0x974096EAE5F9CBFB),
    };
    static double results[KINDS * EACH];
    for (int f = F_SIN; f <= F_ATAN2; f++) {
        for (uint32_t i = 0; i < KINDS * EACH; i++) {
            // arguments made by + * / alone, so that no other library has a say in them
            const uint64_t p = orr_random_bits(77, i, (uint32_t)f), q = orr_random_bits(78, i, (uint32_t)f);
            const double u = (double)(p >> 11) * 0x1p-53, v = (double)(q >> 11) * 0x1p-53;
            double a, b;
            memcpy(&a, &p, sizeof a);
            memcpy(&b, &q, sizeof b);
            if (i % KINDS != 0 || !isfinite(a) || !isfinite(b)) {
                const double size = i % KINDS == 1 ? 1.0 : i % KINDS == 2 ? 20.0 : i % KINDS == 3 ? 700.0 : 1e6;
                a = f == F_LOG || f == F_POW ? u * size : (u - 0.5) * 2.0 * size;
                b = (v - 0.5) * 40.0;
            }
            results[i] = ours(f, a, b);
        }
        orr__hasher hasher;
        orr__hasher_begin(&hasher, 0);
        orr__hasher_put_f64(&hasher, results, KINDS * EACH);
        const uint64_t hash = orr__hasher_end(&hasher);
        if (hash != golden[f]) {
            fail_msg("%s has other bits: hash 0x%016llX", function_names[f], (unsigned long long)hash);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_cases),        cmocka_unit_test(hard_arguments),
        cmocka_unit_test(symmetries),           cmocka_unit_test(the_same_bits_everywhere),
        cmocka_unit_test(stays_within_one_ulp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
