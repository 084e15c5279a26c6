// normalize_rows: y = (x - mean) / sqrt(variance + epsilon) * weight + bias for every row.
// layout    input, output [rows, columns] from element `first` on; weight, bias [columns]
// requires  the output may be the input's memory when both have one type
// numerics  float32; the variance is that of the centred values, divided by the number of columns; sums run in as many
//           lanes as two vectors have, then over the lanes
#pragma once
#include "stored.h"

INLINE float row_sum(cpu_type type, const char *x, size_t columns) {
    vec even = {}, odd = {};
    size_t c = 0, size = byte_count(type);
    for (; c + 2 * VECTOR_WIDTH <= columns; c += 2 * VECTOR_WIDTH) {
        even = even + load_stored(type, x + c * size, VECTOR_WIDTH);
        odd = odd + load_stored(type, x + (c + VECTOR_WIDTH) * size, VECTOR_WIDTH);
    }
    for (; c + VECTOR_WIDTH <= columns; c += VECTOR_WIDTH) even = even + load_stored(type, x + c * size, VECTOR_WIDTH);
    if (c < columns) odd = odd + load_stored(type, x + c * size, columns - c);
    return sum_lanes(even + odd);
}

INLINE float row_squares(cpu_type type, const char *x, float mean, size_t columns) {
    vec even = {}, odd = {};
    size_t c = 0, size = byte_count(type);
    for (; c + 2 * VECTOR_WIDTH <= columns; c += 2 * VECTOR_WIDTH) {
        vec a = load_stored(type, x + c * size, VECTOR_WIDTH) - mean;
        vec b = load_stored(type, x + (c + VECTOR_WIDTH) * size, VECTOR_WIDTH) - mean;
        even = a * a + even;
        odd = b * b + odd;
    }
    for (; c < columns; c += VECTOR_WIDTH) {
        size_t part = columns - c < VECTOR_WIDTH ? columns - c : VECTOR_WIDTH;
        vec centred = load_stored(type, x + c * size, part) - mean;
        vec a = {};
        memcpy(&a, &centred, part * sizeof(float));  // lanes behind the last column do not count
        even = a * a + even;
    }
    return sum_lanes(even + odd);
}

INLINE void normalize_with(cpu_type type, size_t rows, size_t columns, const cpu_values *input, size_t first,
                           const float *weight, const float *bias, float epsilon, const cpu_values *output) {
    for (size_t row = 0; row < rows; row++) {
        size_t offset = first + row * columns;
        const char *x = element(input, offset);
        float mean = row_sum(type, x, columns) / (float)columns;
        float variance = row_squares(type, x, mean, columns) / (float)columns;
        float factor = 1.0f / __builtin_sqrtf(variance + epsilon);
        for (size_t c = 0; c < columns; c += VECTOR_WIDTH) {
            size_t part = columns - c < VECTOR_WIDTH ? columns - c : VECTOR_WIDTH;
            vec v = load_stored(type, x + c * byte_count(type), part);
            vec w = load_stored(cpu_type_float32, weight + c, part), b = load_stored(cpu_type_float32, bias + c, part);
            store_stored(output->type, element(output, offset + c), (v - mean) * factor * w + b, part);
        }
    }
}

static void normalize_rows(size_t rows, size_t columns, const cpu_values *input, size_t first, const float *weight,
                           const float *bias, float epsilon, const cpu_values *output) {
    if (input->type == cpu_type_float32)
        normalize_with(cpu_type_float32, rows, columns, input, first, weight, bias, epsilon, output);
    else normalize_with(cpu_type_bfloat16, rows, columns, input, first, weight, bias, epsilon, output);
}
