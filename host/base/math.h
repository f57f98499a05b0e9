#ifndef ORR__BASE_MATH_H
#define ORR__BASE_MATH_H

/*
 * Elementary functions with the same bits on every machine.
 *
 * A C library picks its code by processor (with or without fused multiply-add), so its results differ in the last
 * bit from machine to machine. These are made of + - * / and square root, which IEEE 754 fixes exactly, and of
 * integer operations on the bits; with -ffp-contract=off every compiler gives the same result. Rounding to nearest is
 * assumed; no flags are promised, errno is never touched. Special cases are those of C17 annex F; every NaN that comes
 * out may have any payload. Error below 1 ulp in all functions, as the tests measure it.
 *
 * Included as "base/math.h": do not put host/base itself on the include path, it would shadow <math.h>.
 */
double orr__sin(double x); /* radians, any size */
double orr__cos(double x);
double orr__exp(double x);
double orr__log(double x); /* natural */
double orr__pow(double x, double y);
double orr__atan2(double y, double x); /* -pi to pi */

#endif
