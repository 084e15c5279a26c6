// multiply_tile, multiply_pairs: the innermost products, TILE_ROWS rows against one panel; see also multiply_quads.h.
// layout    a panel holds PANEL columns of the right factor as [depth, PANEL]; two neighbouring steps of the depth lie
//           together for bfloat16, [depth / 2, PANEL, 2]
// ahead     what the caller reads next, from beyond the second-level cache: each turn fetches one cache line of it, of
//           STEPS_A_TURN steps of float32, of one pair or quad; NULL for nothing
// numerics  float32 sums in order over the depth, whatever the tile
#pragma once
#include "stored.h"

#define PANEL (2 * VECTOR_WIDTH)
#define CACHE_LINE 64
#define STEP_BYTES (4 * PANEL)  // of a panel, whatever its factors
#define FETCH_BYTES (STEP_BYTES < CACHE_LINE ? STEP_BYTES : CACHE_LINE)

// Steps of float32 that are unrolled, with one fetch. On AVX2 a step is 12 multiply-adds and 8 loads, and what else there
// is counts: with four steps a turn Zen 3 is 1.1 times as fast. Pairs of bfloat16 run out of registers so.
#ifndef STEPS_A_TURN
#define STEPS_A_TURN 1
#endif

// Fetches a turn's share of `ahead` into the second-level cache. The compiler knows whether `ahead` is NULL.
INLINE void fetch_ahead(const char *ahead, size_t turn) {
    if (ahead) __builtin_prefetch(ahead + turn * FETCH_BYTES, 0, 2);
}

// What the tile at `row` fetches of the panel that comes next: each tile a line for each of its turns, one share after
// the other, until the panel is whole.
INLINE const char *share_of_panel(cpu_arithmetic arithmetic, const uint32_t *next, size_t steps, size_t row) {
    size_t steps_a_turn = arithmetic == cpu_arithmetic_float32 ? STEPS_A_TURN : 1;
    size_t shares = steps_a_turn * STEP_BYTES / FETCH_BYTES;
    const char *share = (const char *)next + row / TILE_ROWS % shares * (steps / steps_a_turn) * FETCH_BYTES;
    __builtin_assume(share != NULL);  // spares a test in every turn
    return share;
}

// One step of the depth: a factor of every row times the panel's.
INLINE void multiply_step(const float *a, size_t a_stride, const float *b, vec *low, vec *high) {
    vec b_low = load(b), b_high = load(b + VECTOR_WIDTH);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        vec factor = splat(a[i * a_stride]);
        low[i] = factor * b_low + low[i];
        high[i] = factor * b_high + high[i];
    }
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
    size_t k = 0;
    for (; k + STEPS_A_TURN <= depth; k += STEPS_A_TURN) {
        fetch_ahead(ahead, k / STEPS_A_TURN);
#pragma clang loop unroll(full)
        for (size_t u = 0; u < STEPS_A_TURN; u++)
            multiply_step(a + k + u, a_stride, b + (k + u) * PANEL, low, high);
    }
    for (; k < depth; k++) multiply_step(a + k, a_stride, b + k * PANEL, low, high);
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
