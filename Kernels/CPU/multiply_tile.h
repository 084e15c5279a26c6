// multiply_tile: the innermost product, TILE_ROWS rows against one panel.
// layout    a panel holds PANEL columns of the right factor as [depth, PANEL]
// numerics  float32; a sum runs over the depth in order, whatever the tile
#pragma once
#include "vectors.h"

#define PANEL (2 * VECTOR_WIDTH)

// c [TILE_ROWS, PANEL] (+)= a [TILE_ROWS, depth] b [depth, PANEL], with the sums in registers throughout.
INLINE void multiply_tile(size_t depth, const float *a, size_t a_stride, const float *b, int accumulates, float *c,
                          size_t c_stride) {
    vec low[TILE_ROWS], high[TILE_ROWS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        low[i] = accumulates ? load(c + i * c_stride) : (vec){};
        high[i] = accumulates ? load(c + i * c_stride + VECTOR_WIDTH) : (vec){};
    }
    for (size_t k = 0; k < depth; k++) {
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
