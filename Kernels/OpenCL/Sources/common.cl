// common: how numbers are stored, and elementary functions on vectors. Every program begins with this file.
// layout    REAL is one stored activation or weight: a float, the bits of an IEEE half, or those of a bfloat16, which is the
//           upper half of a float. Halves go through vload_half and vstore_half of core OpenCL, so that no device needs
//           cl_khr_fp16; bfloat16 is whole-number arithmetic.
// requires  the ALIGNED forms want addresses that are multiples of four elements
// numerics  arithmetic is float throughout; stores round to nearest even.
//           exponential: relative error below 2e-7 for -87.3 <= x <= 88; smaller x count as -87.3, greater as 88.
//           gelu: absolute error below 3e-7. NaN gives NaN everywhere.
#ifndef STORAGE
#define STORAGE 0 // 0 float, 1 IEEE half, 2 bfloat16
#endif
#ifndef WIDTH
#define WIDTH 4 // lanes of a vector: 4 where items share the work, 16 where one item has a processor's core to itself
#endif

#ifndef DEFECT
#define DEFECT 0 // to test the tests: 1 leaves out a barrier, 2 swaps words of a fragment or mistakes the swizzle of a tile,
                 // 3 subtracts a product, 4 mistakes the distance of a tile's rows
#endif

#define JOIN_TOKENS(a, b) a##b
#define JOIN(a, b) JOIN_TOKENS(a, b)
#define FLOATV JOIN(float, WIDTH)
#define INTV JOIN(int, WIDTH)
#define VLOAD JOIN(vload, WIDTH)
#define VSTORE JOIN(vstore, WIDTH)

#define UINTV JOIN(uint, WIDTH)

#if STORAGE == 0
typedef float REAL;
typedef float4 REAL4;
#define LOAD(p, i) ((p)[i])
#define LOADV(p, i) VLOAD(0, (p) + (i))
#define STORE(p, i, x) ((p)[i] = (x))
#define STOREV(p, i, x) VSTORE(x, 0, (p) + (i))

inline float4 load_aligned(const __global REAL *p) { return *(const __global float4 *)p; }
inline void store_aligned(__global REAL *p, const float4 x) { *(__global float4 *)p = x; }
#else
typedef ushort REAL;
typedef ushort4 REAL4;
#define LOAD(p, i) float_of((p)[i])
#define STORE(p, i, x) ((p)[i] = bits_of(x))

#if STORAGE == 1
#define HALF_AT(p, i) ((const __global half *)((p) + (i)))
#define LOADV(p, i) JOIN(vload_half, WIDTH)(0, HALF_AT(p, i))
#define STOREV(p, i, x) JOIN(JOIN(vstore_half, WIDTH), _rte)(x, 0, (__global half *)((p) + (i)))

inline float float_of(const ushort bits) { return vload_half(0, (const __private half *)&bits); }

inline ushort bits_of(const float x)
{
    ushort bits;
    vstore_half_rte(x, 0, (__private half *)&bits);
    return bits;
}

inline float4 floats_of(const ushort4 bits) { return vload_half4(0, (const __private half *)&bits); }

inline ushort4 quad_of(const float4 x)
{
    ushort4 bits;
    vstore_half4_rte(x, 0, (__private half *)&bits);
    return bits;
}
#else
#define LOADV(p, i) JOIN(as_float, WIDTH)(JOIN(convert_uint, WIDTH)(VLOAD(0, (p) + (i))) << 16)
#define STOREV(p, i, x) VSTORE(rounded_bits(x), 0, (p) + (i))
// To nearest even. A NaN's bits are cut off instead, lest they round to infinity, and it stays one though they be zeros.
#define ROUNDED(bits, is_nan) select((bits) + 0x7fff + ((bits) >> 16 & 1) >> 16, (bits) >> 16 | 0x40, is_nan)

inline float float_of(const ushort bits) { return as_float((uint)bits << 16); }

inline ushort bits_of(const float x)
{
    const uint bits = as_uint(x);
    return (ushort)ROUNDED(bits, (uint)(x != x));
}

inline float4 floats_of(const ushort4 bits) { return as_float4(convert_uint4(bits) << 16); }

inline ushort4 quad_of(const float4 x)
{
    const uint4 bits = as_uint4(x);
    return convert_ushort4(ROUNDED(bits, as_uint4(x != x)));
}

inline JOIN(ushort, WIDTH) rounded_bits(const FLOATV x)
{
    const UINTV bits = JOIN(as_uint, WIDTH)(x);
    return JOIN(convert_ushort, WIDTH)(ROUNDED(bits, JOIN(as_uint, WIDTH)(x != x)));
}
#endif

inline float4 load_aligned(const __global REAL *p) { return floats_of(*(const __global ushort4 *)p); }
inline void store_aligned(__global REAL *p, const float4 x) { *(__global ushort4 *)p = quad_of(x); }
#endif

#if DEFECT == 3
#define MULTIPLY_ADD(a, b, c) ((c) - (a) * (b))
#elif defined(FP_FAST_FMAF)
#define MULTIPLY_ADD(a, b, c) fma(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) mad(a, b, c)
#endif

inline FLOATV rectified(const FLOATV x) { return x < 0.0f ? (FLOATV)(0.0f) : x; }

// exp(x) = 2^n exp(r) with |r| <= ln 2 / 2; ln 2 in two parts keeps r exact; the polynomial is that of Cephes' expf.
inline FLOATV exponential(FLOATV x)
{
    x = x < -87.3f ? (FLOATV)(-87.3f) : x;
    x = x > 88.0f ? (FLOATV)(88.0f) : x;
    const float shift = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer kept in the low bits
    const FLOATV shifted = x * 1.44269504f + shift;
    const FLOATV n = shifted - shift;
    FLOATV r = x - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    FLOATV p = (FLOATV)(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r;
    p = p + 1.0f;
    const INTV power = (JOIN(as_int, WIDTH)(shifted) << 23) + (127 << 23); // the shift's own bits fall off the top
    return p * JOIN(as_float, WIDTH)(power);
}

// x Phi(x) through the tail Q(a) = Phi(-a) = exp(-a^2 / 2) R(a) of a = |x|: -a Q for negative x, x - a Q for others.
// R is a polynomial in t = 1 / (1 + c a) with relative error 1.2e-7 on [0, 13.5]; beyond, a Q is below 1e-37, and
// holding a there gives the limits 0 and x for an x of any size.
inline FLOATV gelu(const FLOATV x)
{
    FLOATV a = x < 0.0f ? -x : x;
    a = a > 13.5f ? (FLOATV)(13.5f) : a;
    const FLOATV t = 1.0f / (1.0f + a * 0.2316419f);
    FLOATV r = (FLOATV)(-7.078362260e-2f);
    r = r * t + 2.492338051e-1f;
    r = r * t + -2.044313817e-1f;
    r = r * t + 2.279246654e-1f;
    r = r * t + 1.205809434e-2f;
    r = r * t + 1.031339376e-1f;
    r = r * t + 9.033632450e-2f;
    r = r * t + 9.252823287e-2f;
    const FLOATV smaller = exponential(a * a * -0.5f) * (r * t) * a;
    return x < 0.0f ? -smaller : x - smaller;
}
