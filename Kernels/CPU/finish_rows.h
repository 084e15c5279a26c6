// finish_rows: output = activation(sums + border bias + bias) * scale + residuals, element by element.
// layout    sums [rows, sums_stride]; row r of the output and of every residual starts at element first + r * stride
// requires  the output may be the memory of a residual (each element is read before it is written), nothing else
// numerics  float32, residuals are added in their order
#pragma once
#include "elementary.h"

INLINE vec finished(vec x, const cpu_epilogue *e, cpu_activation activation, size_t column, size_t offset, size_t part) {
#define TAKE(p) (part == VECTOR_WIDTH ? load(p) : load_part(p, part))
    if (e->border_bias) x = x + TAKE(e->border_bias + column);
    if (e->bias) x = x + TAKE(e->bias + column);
    if (activation == cpu_activation_relu) x = rectified(x);
    if (activation == cpu_activation_gelu) x = gelu_of(x);
    if (e->scale) x = x * TAKE(e->scale + column);
    for (size_t i = 0; i < e->residual_count; i++) x = x + TAKE(e->residuals[i] + offset + column);
    return x;
#undef TAKE
}

INLINE void finish_with(cpu_activation activation, const cpu_epilogue *e, size_t rows, size_t columns,
                        const float *sums, size_t sums_stride, size_t first, size_t stride, float *output) {
    for (size_t row = 0; row < rows; row++) {
        size_t offset = first + row * stride;
        const float *source = sums + row * sums_stride;
        size_t c = 0;
        for (; c + VECTOR_WIDTH <= columns; c += VECTOR_WIDTH)
            store(output + offset + c, finished(load(source + c), e, activation, c, offset, VECTOR_WIDTH));
        if (c < columns) {
            size_t part = columns - c;
            vec x = finished(load_part(source + c, part), e, activation, c, offset, part);
            store_part(output + offset + c, x, part);
        }
    }
}

static void finish_rows(const cpu_epilogue *e, size_t rows, size_t columns, const float *sums, size_t sums_stride,
                        size_t first, size_t stride, float *output) {
    switch (e->activation) {
    case cpu_activation_none:
        finish_with(cpu_activation_none, e, rows, columns, sums, sums_stride, first, stride, output);
        break;
    case cpu_activation_relu:
        finish_with(cpu_activation_relu, e, rows, columns, sums, sums_stride, first, stride, output);
        break;
    case cpu_activation_gelu:
        finish_with(cpu_activation_gelu, e, rows, columns, sums, sums_stride, first, stride, output);
        break;
    }
}
