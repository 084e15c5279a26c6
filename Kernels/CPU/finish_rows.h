// finish_rows: output = activation(sums + border bias + bias) * scale + residuals, element by element.
// layout    sums [rows, sums_stride], starting at column first_column of the output; row r of the output and of every
//           residual starts at element rows.outputs[r], and nothing happens to a row where that is negative
// requires  the output may be the memory of a residual of its own type (each element is read before it is written),
//           nothing else
// numerics  float32, residuals are added in their order, the result is rounded once
#pragma once
#include "elementary.h"
#include "stored.h"

INLINE vec finished(vec x, const cpu_epilogue *e, cpu_activation activation, const float *border_bias, size_t column,
                    size_t offset, size_t part) {
#define TAKE(p) load_stored(cpu_type_float32, p, part)
    if (border_bias) x = x + TAKE(border_bias + column);
    if (e->bias) x = x + TAKE(e->bias + column);
    if (activation == cpu_activation_relu) x = rectified(x);
    if (activation == cpu_activation_gelu) x = gelu_of(x);
    if (e->scale) x = x * TAKE(e->scale + column);
    for (size_t i = 0; i < e->residual_count; i++)
        x = x + load_stored(e->residuals[i].type, element(&e->residuals[i], offset + column), part);
    return x;
#undef TAKE
}

INLINE void finish_with(cpu_activation activation, cpu_epilogue copy_of_epilogue, const cpu_rows *rows,
                        size_t first_column, size_t column_count, const float *sums, size_t sums_stride,
                        cpu_values copy_of_output) {
    // Copies, so that no store to the output can change them in the compiler's eyes.
    const cpu_epilogue *e = &copy_of_epilogue;
    const cpu_values *output = &copy_of_output;
    for (size_t row = 0; row < rows->count; row++) {
        if (rows->outputs[row] < 0) continue;
        size_t offset = (size_t)rows->outputs[row];
        const float *source = sums + row * sums_stride;
        const float *border = e->border_bias && rows->border_bias ? e->border_bias + rows->border_bias[row] : NULL;
        size_t c = 0;
        for (; c + VECTOR_WIDTH <= column_count; c += VECTOR_WIDTH) {
            vec x = finished(load(source + c), e, activation, border, first_column + c, offset, VECTOR_WIDTH);
            store_stored(output->type, element(output, offset + first_column + c), x, VECTOR_WIDTH);
        }
        if (c < column_count) {
            size_t part = column_count - c;
            vec x = finished(load_part(source + c, part), e, activation, border, first_column + c, offset, part);
            store_stored(output->type, element(output, offset + first_column + c), x, part);
        }
    }
}

static void finish_rows(const cpu_epilogue *e, const cpu_rows *rows, size_t first_column, size_t column_count,
                        const float *sums, size_t sums_stride, const cpu_values *output) {
    switch (e->activation) {
    case cpu_activation_none:
        finish_with(cpu_activation_none, *e, rows, first_column, column_count, sums, sums_stride, *output);
        break;
    case cpu_activation_relu:
        finish_with(cpu_activation_relu, *e, rows, first_column, column_count, sums, sums_stride, *output);
        break;
    case cpu_activation_gelu:
        finish_with(cpu_activation_gelu, *e, rows, first_column, column_count, sums, sums_stride, *output);
        break;
    }
}
