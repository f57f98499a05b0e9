#include "base/math.h"

#include "base/math_tables.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * The common idea: the argument is brought into a short interval exactly, or as an unevaluated sum high + low of two
 * doubles; a short polynomial does the rest; the largest term is added last, so that what was rounded before hardly
 * counts. Exact sums and products of doubles after Dekker (1971) and Knuth (4.2.2); sin and cos after Cody and Waite
 * (1980) and Payne and Hanek (1983), with the polynomials of fdlibm; tables for exp and log after Tang (1989, 1990).
 */

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^n for -1022 <= n <= 1023. */
static double power_of_two(int32_t n)
{
    return from_bits((uint64_t)(uint32_t)(n + 1023) << 52);
}

/* a + b exactly: returns the rounded sum and stores what it lacks. */
static double sum_exactly(double a, double b, double *low)
{
    const double sum = a + b;
    const double b_part = sum - a;
    *low = (a - (sum - b_part)) + (b - b_part);
    return sum;
}

/* The same where |a| >= |b| or a is 0. */
static double sum_ordered(double a, double b, double *low)
{
    const double sum = a + b;
    *low = b - (sum - a);
    return sum;
}

/* The upper 26 bits of x; x - upper_half(x) is exact and has 26 too. For |x| < 2^996. */
static double upper_half(double x)
{
    const double c = 134217729.0 * x; // 2^27 + 1
    return c - (c - x);
}

/* a * b exactly, away from overflow and underflow. */
static double product_exactly(double a, double b, double *low)
{
    const double product = a * b;
    const double ah = upper_half(a), bh = upper_half(b);
    const double al = a - ah, bl = b - bh;
    *low = ((ah * bh - product) + ah * bl + al * bh) + al * bl;
    return product;
}

/* x to the nearest whole number; ties to even. For |x| < 2^51. */
static double nearest_whole(double x)
{
    return (x + 0x1.8p52) - 0x1.8p52;
}

/* ---- sine and cosine ---- */

/* 64 x 64 bits: returns the lower half of a * b + add, stores the upper one. */
static uint64_t multiply_add(uint64_t a, uint64_t b, uint64_t add, uint64_t *upper)
{
    const uint64_t mask = 0xFFFFFFFFu;
    const uint64_t low = (a & mask) * (b & mask);
    const uint64_t mid_a = (a >> 32) * (b & mask) + (low >> 32);
    const uint64_t mid_b = (a & mask) * (b >> 32) + (mid_a & mask);
    uint64_t high = (a >> 32) * (b >> 32) + (mid_a >> 32) + (mid_b >> 32);
    const uint64_t sum = ((mid_b << 32) | (low & mask)) + add;
    high += sum < add;
    *upper = high;
    return sum;
}

/*
 * Payne and Hanek, for x > 0 of any size: x = m 2^e is multiplied with those 256 bits of 2/pi that matter. Words above
 * give whole turns, words below less than 2^-137 of a quadrant.
 *
 *     m x [ T[w] | T[w+1] | T[w+2] | T[w+3] ]  =  [ p0 | p1 | p2 | p3 | p4 ]
 *                                   after a shift:     qq.ffff...            quadrant (2 bits) and fraction
 */
static int32_t reduce_huge(double x, double *high, double *low)
{
    const uint64_t bits = bits_of(x);
    const int32_t e = (int32_t)(bits >> 52) - 1075;
    const uint64_t m = (bits & (UINT64_MAX >> 12)) | (UINT64_C(1) << 52);
    const int32_t w = (e + 62) / 64;
    uint64_t p[5];
    uint64_t carry = 0;
    for (int32_t i = 3; i >= 0; i--) {
        p[i + 1] = multiply_add(m, two_over_pi[w + i], carry, &carry);
    }
    const int32_t shift = 62 + e - 64 * w; // 0 to 63
    uint64_t f[4];
    for (int32_t i = 0; i < 4; i++) {
        const uint64_t next = i < 3 && shift ? p[i + 2] >> (64 - shift) : 0;
        f[i] = (p[i + 1] << shift) | next;
    }
    int32_t quadrant = (int32_t)(f[0] >> 62);
    for (int32_t i = 0; i < 3; i++) {
        f[i] = (f[i] << 2) | (f[i + 1] >> 62);
    }
    const bool over_half = f[0] >> 63;
    if (over_half) { // to the next quadrant, from above
        quadrant++;
        f[0] = ~f[0];
        f[1] = ~f[1];
        f[2] = ~f[2];
    }
    int32_t zeros = 0;
    while (!(f[0] >> 63) && zeros < 128) {
        f[0] = (f[0] << 1) | (f[1] >> 63);
        f[1] = (f[1] << 1) | (f[2] >> 63);
        f[2] <<= 1;
        zeros++;
    }
    const double scale = power_of_two(-zeros);
    const double part = (double)(f[0] >> 11) * 0x1p-53 * scale;
    const double rest = (double)(((f[0] & 0x7FFu) << 42) | (f[1] >> 22)) * 0x1p-106 * scale;
    double tail;
    const double top = product_exactly(part, 0x1.921fb54442d18p+0, &tail);
    tail += part * 0x1.1a62633145c07p-54 + rest * 0x1.921fb54442d18p+0;
    *high = sum_ordered(top, tail, low);
    if (over_half) {
        *high = -*high;
        *low = -*low;
    }
    return quadrant & 3;
}

/* x = quadrant * pi/2 + high + low (up to whole turns), |high| <= pi/4. x finite. */
static int32_t reduce(double x, double *high, double *low)
{
    if (fabs(x) >= 0x1.9p19) {
        const int32_t quadrant = reduce_huge(fabs(x), high, low);
        if (x > 0) {
            return quadrant;
        }
        *high = -*high;
        *low = -*low;
        return -quadrant & 3;
    }
    // n has at most 20 bits, and so its products with parts of pi/2 of 33 bits are exact
    const double n = nearest_whole(x * 0x1.45f306dc9c883p-1);
    const double first = x - n * 0x1.921fb544p+0, second = n * 0x1.0b4611a6p-34;
    const double close = first - second;
    if (fabs(close) > 0x1p-12) {
        *high = sum_ordered(close, ((first - close) - second) - n * 0x1.3198a2e037073p-69, low);
        return (int32_t)n & 3;
    }
    // near a multiple of pi/2 the rest cancels: 152 bits of pi/2
    double low_a, low_b;
    const double a = sum_exactly(first, -second, &low_a);
    const double b = sum_exactly(a, -(n * 0x1.3198a2ep-69), &low_b);
    *high = sum_exactly(b, low_a + (low_b - n * 0x1.b839a252049c1p-104), low);
    return (int32_t)n & 3;
}

/* Sine of x + tail, |x| <= pi/4. Coefficients: fdlibm, k_sin.c (Sun Microsystems 1993). */
static double sine_kernel(double x, double tail)
{
    const double z = x * x;
    const double p =
        8.33333333332248946124e-03 +
        z * (-1.98412698298579493134e-04 +
             z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)));
    const double cubic = x * z * (-1.66666666666666324348e-01 + z * p);
    return x + (cubic + tail * (1.0 - 0.5 * z));
}

/* Cosine of x + tail. Coefficients: fdlibm, k_cos.c. */
static double cosine_kernel(double x, double tail)
{
    const double z = x * x;
    const double p = 4.16666666666666019037e-02 +
                     z * (-1.38888888888741095749e-03 +
                          z * (2.48015872894767294178e-05 +
                               z * (-2.75573143513906633035e-07 +
                                    z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11))));
    double low;
    const double most = sum_ordered(1.0, -0.5 * z, &low);
    return most + (low + (z * z * p - x * tail));
}

double orr__sin(double x)
{
    double high, low;
    if (fabs(x) <= 0x1.921fb54442d18p-1) {
        return fabs(x) < 0x1p-27 ? x : sine_kernel(x, 0.0);
    }
    if (!isfinite(x)) {
        return x - x;
    }
    switch (reduce(x, &high, &low)) {
    case 0: return sine_kernel(high, low);
    case 1: return cosine_kernel(high, low);
    case 2: return -sine_kernel(high, low);
    default: return -cosine_kernel(high, low);
    }
}

double orr__cos(double x)
{
    double high, low;
    if (fabs(x) <= 0x1.921fb54442d18p-1) {
        return cosine_kernel(x, 0.0);
    }
    if (!isfinite(x)) {
        return x - x;
    }
    switch (reduce(x, &high, &low)) {
    case 0: return cosine_kernel(high, low);
    case 1: return -sine_kernel(high, low);
    case 2: return -cosine_kernel(high, low);
    default: return sine_kernel(high, low);
    }
}

/* ---- exponential, logarithm, power ---- */

/* e^(high + low), |low| small against 1. Over- and underflow end in infinity and 0. */
static double exp_of_sum(double high, double low)
{
    if (high > 709.79) {
        return INFINITY;
    }
    if (high < -745.2) {
        return 0.0;
    }
    // high = k log(2)/32 + r; the upper part of log(2)/32 has 36 bits, so that k times it is exact
    const double k = nearest_whole(high * 0x1.71547652b82fep+5);
    const double r = (high - k * 0x1.62e42fefap-6) - (k * 0x1.cf79abc9e3b3ap-45 - low);
    const int32_t whole = (int32_t)k;
    const int32_t row = whole & 31;
    const int32_t scale = (whole - row) / 32;
    const double z = r * r;
    const double p =
        r + z * ((1.0 / 2 + r * (1.0 / 6)) + z * ((1.0 / 24 + r * (1.0 / 120)) + z * (1.0 / 720 + r * (1.0 / 5040))));
    const double value = exp_table[row][0] + (exp_table[row][1] + exp_table[row][0] * p);
    if (scale > 1023) {
        return value * 0x1p1023 * 2.0;
    }
    if (scale < -1021) { // into the subnormals with one rounding
        return value * power_of_two(scale + 1000) * 0x1p-1000;
    }
    return value * power_of_two(scale);
}

double orr__exp(double x)
{
    if (isnan(x)) {
        return x + x;
    }
    return exp_of_sum(x, 0.0);
}

/* What x > 0 is made of: x = 2^k z, z = (1 + r)/row->inverse, r = r_high + r_low exactly. */
typedef struct log_parts {
    double k, r_high, r_low;
    const struct log_row *row;
} log_parts;

static log_parts take_apart(double x)
{
    const uint64_t from = UINT64_C(0x3FE6955500000000); // 0x1.6955p-1: the first row begins
    int32_t k = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p52;
        k = -52;
    }
    const uint64_t bits = bits_of(x);
    const uint64_t offset = bits - from; // wraps below 0x1.6955p-1
    const uint32_t exponent = (uint32_t)(offset >> 52);
    k += exponent < 2048 ? (int32_t)exponent : (int32_t)exponent - 4096;
    const double z = from_bits(bits - (offset & UINT64_C(0xFFF) << 52));
    const double z_high = from_bits(bits_of(z) & UINT64_C(0xFFFFFFFFFFFFC000)); // 39 bits
    log_parts parts = { .k = k, .row = &log_table[(offset >> 45) & 127u] };
    parts.r_high = z_high * parts.row->inverse - 1.0;
    parts.r_low = (z - z_high) * parts.row->inverse;
    return parts;
}

/* (log(1 + r) - r + r^2/2) / r^3 for |r| < 0.0053: the error is below 2^-71 of r. */
static double log_polynomial(double r)
{
    const double z = r * r; // in pairs: a shorter chain
    return (1.0 / 3 - r * (1.0 / 4)) +
           z * ((1.0 / 5 - r * (1.0 / 6)) + z * ((1.0 / 7 - r * (1.0 / 8)) + z * (1.0 / 9)));
}

/* log(2) in a multiple of 2^-42 and the rest. */
#define LN2_HIGH 0x1.62e42fefa38p-1
#define LN2_LOW 0x1.ef35793c7673p-45

double orr__log(double x)
{
    if (!(x > 0.0)) {
        return x == 0.0 ? -INFINITY : NAN;
    }
    if (x == INFINITY) {
        return x;
    }
    const log_parts of = take_apart(x);
    const double r = of.r_high + of.r_low;
    const double base = of.k * LN2_HIGH + of.row->high;
    if (base == 0.0) { // near 1: r is exact and all there is
        return r + r * r * (-0.5 + r * log_polynomial(r));
    }
    double low;
    const double high = sum_ordered(base, of.r_high, &low);
    low += of.r_low + (of.row->low + of.k * LN2_LOW);
    return high + (low + r * r * (-0.5 + r * log_polynomial(r)));
}

/* log(x) as a sum of two, to about 2^-68 of itself. */
static double log_to_sum(double x, double *low)
{
    const log_parts of = take_apart(x);
    double r_low, low_a, low_b;
    const double r = sum_ordered(of.r_high, of.r_low, &r_low);
    const double base = of.k * LN2_HIGH + of.row->high;
    const double a = sum_ordered(base, r, &low_a);
    // -r^2/2: the square of the upper half is exact
    const double half = upper_half(r);
    const double square_low = -0.5 * ((r - half) * (r + half)) - r * r_low;
    const double b = sum_ordered(a, -0.5 * (half * half), &low_b);
    const double cubic = r * r * r * log_polynomial(r);
    const double rest = (low_a + r_low + (of.row->low + of.k * LN2_LOW)) + (low_b + (square_low + cubic));
    return sum_ordered(b, rest, low);
}

/* 0: y is not whole, 1: odd, 2: even. y finite. */
static int32_t parity(double y)
{
    const double size = fabs(y);
    if (size >= 0x1p53) {
        return 2;
    }
    if (size != floor(size)) {
        return 0;
    }
    return fmod(size, 2.0) != 0.0 ? 1 : 2;
}

/* x^y for x of 0 or infinity, or y infinite; no NaN. */
static double power_of_extremes(double x, double y)
{
    if (isinf(y)) {
        const double size = fabs(x);
        if (size == 1.0) {
            return 1.0;
        }
        return (size > 1.0) == (y > 0.0) ? INFINITY : 0.0;
    }
    const bool grows = (x != 0.0) == (y > 0.0);
    const double size = grows ? INFINITY : 0.0;
    return signbit(x) && parity(y) == 1 ? -size : size;
}

double orr__pow(double x, double y)
{
    if (y == 0.0 || x == 1.0) {
        return 1.0;
    }
    if (isnan(x) || isnan(y)) {
        return x + y;
    }
    if (isinf(y) || isinf(x) || x == 0.0) {
        return power_of_extremes(x, y);
    }
    double sign = 1.0;
    if (x < 0.0) {
        const int32_t kind = parity(y);
        if (kind == 0) {
            return NAN;
        }
        sign = kind == 1 ? -1.0 : 1.0;
        x = -x;
        if (x == 1.0) {
            return sign;
        }
    }
    if (fabs(y) >= 0x1p65) { // |log x| is at least 2^-53
        return sign * ((x > 1.0) == (y > 0.0) ? INFINITY : 0.0);
    }
    if (fabs(y) <= 0x1p-65) {
        return sign; // |y log x| is below 2^-55
    }
    double log_low, low;
    const double log_high = log_to_sum(x, &log_low);
    const double high = product_exactly(y, log_high, &low);
    return sign * exp_of_sum(high, low + y * log_low);
}

/* ---- arc tangent ---- */

/* Arc tangent of small/large as table row + t + low; 2^-64 < small/large <= 1, both far from over- and underflow. With
 * c = row/16 near the quotient, t = (small - c large)/(large + c small), at most 1/32. */
static int32_t arc_parts(double small, double large, double *t, double *low)
{
    const int32_t row = (int32_t)(small / large * 16.0 + 0.5);
    const double c = row / 16.0;
    const double large_high = upper_half(large), small_high = upper_half(small);
    double above_low, above_more, below_low, product_low;
    double above = sum_exactly(small, -(c * large_high), &above_low);
    above = sum_exactly(above, -(c * (large - large_high)), &above_more);
    above_low += above_more;
    const double product = sum_ordered(c * small_high, c * (small - small_high), &product_low);
    const double below = sum_ordered(large, product, &below_low);
    below_low += product_low;
    const double quotient = above / below;
    double back_low;
    const double back = product_exactly(quotient, below, &back_low);
    const double rest = (((above - back) - back_low) + above_low - quotient * below_low) / below;
    const double z = quotient * quotient;
    const double p = -1.0 / 3 + z * (1.0 / 5 + z * (-1.0 / 7 + z * (1.0 / 9 + z * (-1.0 / 11))));
    *t = quotient;
    *low = atan_table[row][1] + (rest + quotient * z * p);
    return row;
}

#define HALF_PI_HIGH 0x1.921fb54442d18p+0
#define HALF_PI_LOW 0x1.1a62633145c07p-54

double orr__atan2(double y, double x)
{
    if (isnan(x) || isnan(y)) {
        return x + y;
    }
    const bool left = signbit(x), steep = fabs(y) > fabs(x);
    double small = steep ? fabs(x) : fabs(y), large = steep ? fabs(y) : fabs(x);
    if (isinf(small)) { // both
        small = large = 1.0;
    }
    if (large == 0.0 || !(small / large > 0x1p-64)) { // on an axis, or as near to it as makes no difference
        if (steep) {
            return copysign(HALF_PI_HIGH, y);
        }
        return left ? copysign(2 * HALF_PI_HIGH, y) : large == 0.0 ? y : y / x;
    }
    const double scale = large > 0x1p400 ? 0x1p-512 : large < 0x1p-400 ? 0x1p512 : 1.0;
    double t, low, low_a, low_b;
    const int32_t row = arc_parts(small * scale, large * scale, &t, &low);
    // the angle is base + sign (arc): 0 + or pi - near the x axis, pi/2 - or + near the y axis
    const double bases = steep ? 1.0 : left ? 2.0 : 0.0;
    const double sign = steep != left ? -1.0 : 1.0;
    const double a = sum_exactly(bases * HALF_PI_HIGH, sign * atan_table[row][0], &low_a);
    const double b = sum_exactly(a, sign * t, &low_b);
    return copysign(b + (low_b + (low_a + (bases * HALF_PI_LOW + sign * low))), y);
}
