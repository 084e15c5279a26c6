// multiply_quads: the innermost product of 8-bit factors, TILE_ROWS rows against one panel.
// layout    as multiply_tile.h; a panel holds four neighbouring steps of the depth together, [depth / 4, PANEL, 4]
// numerics  sums of 8-bit products are exact; they become real numbers once a block
// requires  at most 65536 steps of the depth
#pragma once
#include "multiply_tile.h"

// A left factor as the tile reads it, in words for each quad: its four bytes for dot products; else bytes 0 and 2, then 1
// and 3, as numbers of 16 bits, for sums of two products.
#if HAS_DOT_PRODUCTS
#define QUAD_FACTORS 1
#else
#define QUAD_FACTORS 2
#endif

// Turns `quads` words of four bytes into a tile's factors.
INLINE void store_quads(size_t quads, const uint32_t *words, uint32_t *factors) {
    for (size_t i = 0; i < quads; i++)
        for (size_t j = 0; j < QUAD_FACTORS; j++)
            factors[QUAD_FACTORS * i + j] = QUAD_FACTORS == 1 ? words[i] : words[i] >> 8 * j & 0x00ff00ff;
}

#if HAS_DOT_PRODUCTS
// sum += the dot product of four unsigned bytes of a and four signed bytes of b in every lane.
INLINE ivec dot_of_bytes(ivec sum, ivec a, ivec b) {
    return (ivec)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
}

// A quad of every row times the panel's.
INLINE void multiply_quad(const uint32_t *a, size_t a_stride, ivec b_low, ivec b_high, ivec *low, ivec *high) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        ivec factor = (int32_t)a[i * a_stride] - (ivec){};
        low[i] = dot_of_bytes(low[i], factor, b_low);
        high[i] = dot_of_bytes(high[i], factor, b_high);
    }
}
#else
// The dot product of two numbers of 16 bits of a and of b in every lane.
INLINE ivec dot_of_shorts(ivec a, ivec b) {
#if defined(__x86_64__) && VECTOR_WIDTH == 4
    return (ivec)_mm_madd_epi16((__m128i)a, (__m128i)b);
#elif defined(__x86_64__) && VECTOR_WIDTH == 8
    return (ivec)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__x86_64__) && VECTOR_WIDTH == 16
    return (ivec)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#else
    return (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
#endif
}

// Keeps the compiler from adding products to each other before they are added to the sums, which takes more registers
// than AVX2 has: on Zen 3 the product is 1.06 to 1.16 times as fast.
#if defined(__x86_64__)
#define KEEP_ORDER(a, b) __asm__("" : "+v"(a), "+v"(b))
#else
#define KEEP_ORDER(a, b)
#endif

// The signed bytes 0 and 2 of every lane, or with `odd` 1 and 3, as numbers of 16 bits.
INLINE ivec widened_bytes(ivec quads, size_t odd) {
    typedef int16_t short_vec __attribute__((vector_size(4 * VECTOR_WIDTH)));
    return odd ? (ivec)((short_vec)quads >> 8) : (ivec)((short_vec)quads << 8 >> 8);
}

// A quad of every row times the panel's.
INLINE void multiply_quad(const uint32_t *a, size_t a_stride, ivec b_low, ivec b_high, ivec *low, ivec *high) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < QUAD_FACTORS; j++) {
        ivec low_pairs = widened_bytes(b_low, j), high_pairs = widened_bytes(b_high, j);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TILE_ROWS; i++) {
            ivec factor = (int32_t)a[i * a_stride + j] - (ivec){};
            low[i] = low[i] + dot_of_shorts(factor, low_pairs);
            high[i] = high[i] + dot_of_shorts(factor, high_pairs);
            KEEP_ORDER(low[i], high[i]);
        }
    }
}
#endif

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
        multiply_quad(a + k * QUAD_FACTORS, a_stride, (ivec)load_words(b), (ivec)load_words(b + VECTOR_WIDTH), low,
                      high);
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
