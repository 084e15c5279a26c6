// narrow_product: sums = left right^T, for a right matrix of few rows, where a blocked product would mostly move data.
// layout    left [rows, left_stride], right [columns, right_stride], sums [rows, sums_stride]; accumulates != 0 adds
// requires  any depth >= 0
// numerics  a sum runs in as many lanes as two vectors have, then over the lanes
#pragma once
#include "vectors.h"

INLINE float dot(const float *a, const float *b, size_t depth) {
    vec even = {}, odd = {};
    size_t k = 0;
    for (; k + 2 * VECTOR_WIDTH <= depth; k += 2 * VECTOR_WIDTH) {
        even = load(a + k) * load(b + k) + even;
        odd = load(a + k + VECTOR_WIDTH) * load(b + k + VECTOR_WIDTH) + odd;
    }
    for (; k + VECTOR_WIDTH <= depth; k += VECTOR_WIDTH) even = load(a + k) * load(b + k) + even;
    if (k < depth) odd = load_part(a + k, depth - k) * load_part(b + k, depth - k) + odd;
    return sum_lanes(even + odd);
}

static void narrow_product(size_t rows, size_t columns, size_t depth, const float *left, size_t left_stride,
                           const float *right, size_t right_stride, int accumulates, float *sums,
                           size_t sums_stride) {
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++) {
            float sum = dot(left + row * left_stride, right + column * right_stride, depth);
            float *cell = sums + row * sums_stride + column;
            *cell = accumulates ? *cell + sum : sum;
        }
    }
}
