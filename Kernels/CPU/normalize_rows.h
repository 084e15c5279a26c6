// normalize_rows: y = (x - mean) / sqrt(variance + epsilon) * weight + bias for every row.
// layout    input, output [rows, columns]; weight, bias [columns]
// requires  the output may be the input's memory
// numerics  the variance is that of the centred values, divided by the number of columns; sums run in as many lanes
//           as two vectors have, then over the lanes
#pragma once
#include "vectors.h"

INLINE float row_sum(const float *x, size_t columns) {
    vec even = {}, odd = {};
    size_t c = 0;
    for (; c + 2 * VECTOR_WIDTH <= columns; c += 2 * VECTOR_WIDTH) {
        even = even + load(x + c);
        odd = odd + load(x + c + VECTOR_WIDTH);
    }
    for (; c + VECTOR_WIDTH <= columns; c += VECTOR_WIDTH) even = even + load(x + c);
    if (c < columns) odd = odd + load_part(x + c, columns - c);
    return sum_lanes(even + odd);
}

INLINE float row_squares(const float *x, float mean, size_t columns) {
    vec even = {}, odd = {};
    size_t c = 0;
    for (; c + 2 * VECTOR_WIDTH <= columns; c += 2 * VECTOR_WIDTH) {
        vec a = load(x + c) - mean, b = load(x + c + VECTOR_WIDTH) - mean;
        even = a * a + even;
        odd = b * b + odd;
    }
    for (; c + VECTOR_WIDTH <= columns; c += VECTOR_WIDTH) {
        vec a = load(x + c) - mean;
        even = a * a + even;
    }
    float rest = 0;
    for (; c < columns; c++) rest += (x[c] - mean) * (x[c] - mean);
    return sum_lanes(even + odd) + rest;
}

static void normalize_rows(size_t rows, size_t columns, const float *input, const float *weight, const float *bias,
                           float epsilon, float *output) {
    for (size_t row = 0; row < rows; row++) {
        const float *x = input + row * columns;
        float *y = output + row * columns;
        float mean = row_sum(x, columns) / (float)columns;
        float variance = row_squares(x, mean, columns) / (float)columns;
        float factor = 1.0f / __builtin_sqrtf(variance + epsilon);
        size_t c = 0;
        for (; c + VECTOR_WIDTH <= columns; c += VECTOR_WIDTH)
            store(y + c, (load(x + c) - mean) * factor * load(weight + c) + load(bias + c));
        for (; c < columns; c++) y[c] = (x[c] - mean) * factor * weight[c] + bias[c];
    }
}
