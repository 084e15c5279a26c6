// exponential, power of two, gelu: elementary functions, lane by lane.
// numerics  exp: relative error below 2e-7 for -87.3 <= x <= 88; smaller x count as -87.3 (1.2e-38), greater as 88.
//           2^x: relative error below 2e-7 for -126 <= x <= 127; smaller x count as -126.
//           gelu: absolute error below 3e-7, NaN gives NaN.
#pragma once
#include "vectors.h"

// exp(x) = 2^n exp(r) with |r| <= ln 2 / 2; ln 2 in two parts keeps r exact; polynomial from Cephes' expf.
INLINE vec exponential_of(vec x) {
    x = choose(x < -87.3f, splat(-87.3f), x);
    x = choose(x > 88.0f, splat(88.0f), x);
    const float shift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer kept in the low mantissa bits
    vec shifted = x * 1.44269504f + shift;
    vec n = shifted - shift;
    vec r = x - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    vec p = splat(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r;
    p = p + 1.0f;
    ivec power = ((ivec)shifted << 23) + (127 << 23);  // the shift's own bits fall off the top
    return p * (vec)power;
}

// 2^x = 2^n 2^r with |r| <= 1 / 2; polynomial fitted for this file, relative error 9.2e-8.
INLINE vec power_of_two(vec x) {
    x = choose(x < -126.0f, splat(-126.0f), x);
    const float shift = 12582912.0f;  // as above
    vec shifted = x + shift;
    vec r = x - (shifted - shift);
    vec p = splat(1.326472032e-3f);
    p = p * r + 9.671512991e-3f;
    p = p * r + 5.550733581e-2f;
    p = p * r + 2.402224243e-1f;
    p = p * r + 6.931470037e-1f;
    p = p * r + 1.0f;
    return p * (vec)(((ivec)shifted << 23) + (127 << 23));
}

// x Phi(x) through the tail Q(a) = Phi(-a) = exp(-a^2 / 2) R(a) of a = |x|: -a Q for negative x, x - a Q for others.
// R, fitted for this file: a polynomial in t = 1 / (1 + c a), relative error 1.2e-7 on [0, 13.5]. Beyond, a Q is below
// 1e-37; holding a there gives the limits 0 and x for an x of any size, infinities included.
INLINE vec gelu_of(vec x) {
    vec a = choose(x < 0.0f, -x, x);
    a = choose(a > 13.5f, splat(13.5f), a);
    vec t = 1.0f / (1.0f + a * 0.2316419f);
    vec r = splat(-7.078362260e-2f);
    r = r * t + 2.492338051e-1f;
    r = r * t + -2.044313817e-1f;
    r = r * t + 2.279246654e-1f;
    r = r * t + 1.205809434e-2f;
    r = r * t + 1.031339376e-1f;
    r = r * t + 9.033632450e-2f;
    r = r * t + 9.252823287e-2f;
    vec smaller = exponential_of(a * a * -0.5f) * (r * t) * a;
    return choose(x < 0.0f, -smaller, x - smaller);
}

INLINE vec rectified(vec x) { return choose(x < 0.0f, (vec){}, x); }
