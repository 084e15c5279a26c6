// power of two, rectified, gelu: elementary functions, lane by lane.
// numerics  2^(scale x): relative error below 2e-7 and 6e-8 of scale x, for -126 <= scale x <= 127; nothing holds beyond
//           gelu: absolute error below 3e-7, NaN gives NaN.
#pragma once
#include "vectors.h"

// 2^y = 2^n 2^r for y = scale x, |r| <= 1 / 2; polynomial fitted for this file, relative error 9.2e-8. NaN gives NaN.
INLINE vec power_of_two(vec x, float scale) {
    // 1.5 * 2^23 and the exponent's bias: adding it rounds y to the integer n, and leaves n + 127 in the lowest bits
    const float shift = 12582912.0f + 127;
    vec shifted = x * scale + shift;
    vec r = x * scale - (shifted - shift);
    vec p = splat(1.326472032e-3f);
    p = p * r + 9.671512991e-3f;
    p = p * r + 5.550733581e-2f;
    p = p * r + 2.402224243e-1f;
    p = p * r + 6.931470037e-1f;
    p = p * r + 1.0f;
    return p * (vec)((ivec)shifted << 23);  // what the shift itself set falls off the top
}

INLINE vec rectified(vec x) { return choose(x < 0.0f, (vec){}, x); }

// x Phi(x) = max(x, 0) - a Q(a) with the tail Q(a) = Phi(-a) = exp(-a^2 / 2) R(a) of a = |x|. R, fitted for this file: a
// polynomial in t = 1 / (1 + c a), relative error 1.2e-7 on [0, 13.2]. Beyond, a Q is below 1e-37; holding a there gives
// the limits 0 and x for an x of any size, infinities included.
INLINE vec gelu_of(vec x) {
    vec a = (vec)((ivec)x & 0x7fffffff);
    a = choose(a > 13.2f, splat(13.2f), a);
    vec t = 1.0f / (1.0f + a * 0.2316419f);
    vec r = splat(-7.078362260e-2f);
    r = r * t + 2.492338051e-1f;
    r = r * t + -2.044313817e-1f;
    r = r * t + 2.279246654e-1f;
    r = r * t + 1.205809434e-2f;
    r = r * t + 1.031339376e-1f;
    r = r * t + 9.033632450e-2f;
    r = r * t + 9.252823287e-2f;
    return rectified(x) - power_of_two(a * a, -0.721347520f) * (r * t) * a;  // log2(e) / 2
}
