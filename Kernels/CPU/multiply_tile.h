// multiply_tile, multiply_pairs, multiply_quads: the innermost products, TILE_ROWS rows against one panel.
// layout    a panel holds PANEL columns of the right factor as [depth, PANEL]; two neighbouring steps of the depth lie
//           together for bfloat16, [depth / 2, PANEL, 2], four for int8, [depth / 4, PANEL, 4]
// ahead     what the caller reads next, from beyond the second-level cache: each step fetches one cache line of it; NULL
//           for nothing
// numerics  float32 sums in order over the depth, whatever the tile; sums of 8-bit products are exact
// requires  at most 65536 steps of 8-bit products
#pragma once
#include "stored.h"

#define PANEL (2 * VECTOR_WIDTH)
#define CACHE_LINE 64
#define STEP_BYTES (4 * PANEL)  // of a panel, whatever its factors
#define FETCH_BYTES (STEP_BYTES < CACHE_LINE ? STEP_BYTES : CACHE_LINE)

// Fetches a step's share of `ahead` into the second-level cache. The compiler knows whether `ahead` is NULL.
INLINE void fetch_ahead(const char *ahead, size_t step) {
    if (ahead) __builtin_prefetch(ahead + step * FETCH_BYTES, 0, 2);
}

// What the tile at `row` fetches of the panel that comes next, a line for each of its `steps`: where a step is two cache
// lines, one half or the other in turn.
INLINE const char *share_of_panel(const uint32_t *next, size_t steps, size_t row) {
    return (const char *)next + row / TILE_ROWS % (STEP_BYTES / FETCH_BYTES) * steps * FETCH_BYTES;
}

// c [TILE_ROWS, PANEL] (+)= a [TILE_ROWS, depth] b [depth, PANEL], with the sums in registers throughout.
INLINE void multiply_tile(size_t depth, const float *a, size_t a_stride, const float *b, int accumulates, float *c,
                          size_t c_stride, const char *ahead) {
    vec low[TILE_ROWS], high[TILE_ROWS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        low[i] = accumulates ? load(c + i * c_stride) : (vec){};
        high[i] = accumulates ? load(c + i * c_stride + VECTOR_WIDTH) : (vec){};
    }
    for (size_t k = 0; k < depth; k++) {
        fetch_ahead(ahead, k);
        vec b_low = load(b + k * PANEL), b_high = load(b + k * PANEL + VECTOR_WIDTH);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TILE_ROWS; i++) {
            vec factor = splat(a[i * a_stride + k]);
            low[i] = factor * b_low + low[i];
            high[i] = factor * b_high + high[i];
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        store(c + i * c_stride, low[i]);
        store(c + i * c_stride + VECTOR_WIDTH, high[i]);
    }
}

// A left factor of bfloat16 as the tile reads it: a pair in one word for dot products; a float for each element, which
// already has the precision of bfloat16, where multiply-adds must do.
#if HAS_DOT_PRODUCTS
typedef uint32_t pair_factor;
#define PAIR_FACTORS 1
#else
typedef float pair_factor;
#define PAIR_FACTORS 2
#endif

// Stores vectors of floats as factors, from element `index` of a row on; `index` is a multiple of VECTOR_WIDTH.
INLINE void store_factors(pair_factor *row, size_t index, vec v) {
#if HAS_DOT_PRODUCTS
    half_words h = narrowed(v);
    memcpy((uint16_t *)row + index, &h, sizeof h);
#else
    store(row + index, rounded_to_bfloat16(v));
#endif
}

// c [TILE_ROWS, PANEL] (+)= a b over `pairs` pairs of bfloat16; a's rows are `a_stride` factors apart.
INLINE void multiply_pairs(size_t pairs, const pair_factor *a, size_t a_stride, const uint32_t *b, int accumulates,
                           float *c, size_t c_stride, const char *ahead) {
    vec low[TILE_ROWS], high[TILE_ROWS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        low[i] = accumulates ? load(c + i * c_stride) : (vec){};
        high[i] = accumulates ? load(c + i * c_stride + VECTOR_WIDTH) : (vec){};
    }
    for (size_t k = 0; k < pairs; k++, b += PANEL) {
        fetch_ahead(ahead, k);
#if HAS_DOT_PRODUCTS
        __m512bh b_low = (__m512bh)load_words(b), b_high = (__m512bh)load_words(b + VECTOR_WIDTH);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TILE_ROWS; i++) {
            __m512bh factor = (__m512bh)_mm512_set1_epi32((int)a[i * a_stride + k]);
            low[i] = (vec)_mm512_dpbf16_ps((__m512)low[i], factor, b_low);
            high[i] = (vec)_mm512_dpbf16_ps((__m512)high[i], factor, b_high);
        }
#else
        vec b_low = (vec)(load_words(b) << 16), b_high = (vec)(load_words(b + VECTOR_WIDTH) << 16);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TILE_ROWS; i++) {
            vec factor = splat(a[i * a_stride + 2 * k]);
            low[i] = factor * b_low + low[i];
            high[i] = factor * b_high + high[i];
        }
        b_low = (vec)(load_words(b) & 0xffff0000), b_high = (vec)(load_words(b + VECTOR_WIDTH) & 0xffff0000);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TILE_ROWS; i++) {
            vec factor = splat(a[i * a_stride + 2 * k + 1]);
            low[i] = factor * b_low + low[i];
            high[i] = factor * b_high + high[i];
        }
#endif
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        store(c + i * c_stride, low[i]);
        store(c + i * c_stride + VECTOR_WIDTH, high[i]);
    }
}

// sum += the dot product of four unsigned bytes of a and four signed bytes of b in every lane.
INLINE ivec dot_of_bytes(ivec sum, ivec a, ivec b) {
#if HAS_DOT_PRODUCTS
    return (ivec)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#else
    for (int shift = 24; shift >= 0; shift -= 8)
        sum = sum + (ivec)((uvec)a << shift >> 24) * ((ivec)((uvec)b << shift) >> 24);
    return sum;
#endif
}

// How the 8-bit numbers of a block stand for real ones: an input is scale * u + least, a weight column_scale * s.
typedef struct {
    const float *scales, *least;                // [rows]
    const float *column_scales, *column_sums;   // [PANEL]; the sum of a column's s over the block
} byte_scales;

// c [TILE_ROWS, PANEL] (+)= a b over `quads` groups of four bytes, as real numbers.
INLINE void multiply_quads(size_t quads, const uint32_t *a, size_t a_stride, const uint32_t *b,
                           const byte_scales *scales, int accumulates, float *c, size_t c_stride,
                           const char *ahead) {
    ivec low[TILE_ROWS], high[TILE_ROWS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) low[i] = high[i] = (ivec){};
    for (size_t k = 0; k < quads; k++, b += PANEL) {
        fetch_ahead(ahead, k);
        ivec b_low = (ivec)load_words(b), b_high = (ivec)load_words(b + VECTOR_WIDTH);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TILE_ROWS; i++) {
            ivec factor = (int32_t)a[i * a_stride + k] - (ivec){};
            low[i] = dot_of_bytes(low[i], factor, b_low);
            high[i] = dot_of_bytes(high[i], factor, b_high);
        }
    }
    vec scale_low = load(scales->column_scales), scale_high = load(scales->column_scales + VECTOR_WIDTH);
    vec sum_low = load(scales->column_sums), sum_high = load(scales->column_sums + VECTOR_WIDTH);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        vec scale = splat(scales->scales[i]), least = splat(scales->least[i]);
        vec x = (__builtin_convertvector(low[i], vec) * scale + least * sum_low) * scale_low;
        vec y = (__builtin_convertvector(high[i], vec) * scale + least * sum_high) * scale_high;
        store(c + i * c_stride, accumulates ? load(c + i * c_stride) + x : x);
        store(c + i * c_stride + VECTOR_WIDTH, accumulates ? load(c + i * c_stride + VECTOR_WIDTH) + y : y);
    }
}
