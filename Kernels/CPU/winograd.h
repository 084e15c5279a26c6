// winograd: a 3x3 convolution of stride 1 and padding 1 as F(4x4, 3x3): each 4x4 output tile comes from a 6x6 input
// tile by 36 products instead of 144 (Lavin and Gray, arXiv 1509.09308). The points are 0, 1, -1, 2, -1/2 and infinity:
// with a half in place of the usual -2, errors are a third smaller.
// layout    input [rows, columns, channels] from first_element on; weight [outputs, 3, 3, inputs]; the result
//           [tiles, 16, columns], the 4x4 pixels of each tile row by row, columns = outputs rounded up to PANEL
// packed    36 matrices of panels, each [inputs, PANEL], in pairs of inputs for bfloat16; columns behind the last
//           output are 0
// scratch   winograd_scratch bytes: transformed input, products, result
// numerics  float32, the weights transformed in double; errors grow about tenfold against the direct sum. In bfloat16
//           the transformed factors are rounded: an error of 1.4 % of the result's deviation. A NaN reaches the whole
//           tiles that see it
// order     of summation depends on the channels alone
#pragma once
#include "elementary.h"
#include "multiply_tile.h"

#define POINTS 36

static size_t winograd_columns(size_t outputs) { return (outputs + PANEL - 1) / PANEL * PANEL; }

// Words of a column in a panel, and of a row of transformed input.
INLINE size_t winograd_depth(cpu_arithmetic arithmetic, size_t inputs) {
    return arithmetic == cpu_arithmetic_float32 ? inputs : (inputs + 1) / 2;
}
INLINE size_t winograd_stride(cpu_arithmetic arithmetic, size_t inputs) {
    size_t padded = round_up(inputs, VECTOR_WIDTH);
    return arithmetic == cpu_arithmetic_float32 ? padded : padded / 2 * PAIR_FACTORS;
}

static size_t winograd_weight_size(cpu_arithmetic arithmetic, size_t outputs, size_t inputs) {
    return 4 * POINTS * winograd_columns(outputs) * winograd_depth(arithmetic, inputs);
}

// G g along one axis: 3 values to 6.
INLINE void transform_kernel(const double *g, size_t stride, double *out, size_t out_stride) {
    double a = g[0], b = g[stride], c = g[2 * stride];
    out[0] = a;
    out[out_stride] = -(a + b + c) / 3;
    out[2 * out_stride] = (a - b + c) / 3;
    out[3 * out_stride] = (a + 2 * b + 4 * c) / 15;
    out[4 * out_stride] = -(16 * a - 8 * b + 4 * c) / 15;
    out[5 * out_stride] = c;
}

static void winograd_pack(cpu_arithmetic arithmetic, size_t outputs, size_t inputs, const float *weight, void *packed) {
    size_t columns = winograd_columns(outputs), depth = winograd_depth(arithmetic, inputs);
    memset(packed, 0, winograd_weight_size(arithmetic, outputs, inputs));
    for (size_t column = 0; column < columns; column++) {
        for (size_t input = 0; input < inputs; input++) {
            double g[9] = {0}, half[18], u[POINTS];
            for (size_t tap = 0; column < outputs && tap < 9; tap++)
                g[tap] = weight[(column * 9 + tap) * inputs + input];
            for (size_t x = 0; x < 3; x++) transform_kernel(g + x, 3, half + x, 3);
            for (size_t y = 0; y < 6; y++) transform_kernel(half + 3 * y, 1, u + 6 * y, 1);
            for (size_t point = 0; point < POINTS; point++) {
                size_t panel = point * columns * depth + column / PANEL * depth * PANEL + column % PANEL;
                float value = (float)u[point];
                if (arithmetic == cpu_arithmetic_float32) ((float *)packed)[panel + input * PANEL] = value;
                else ((uint16_t *)packed)[2 * (panel + input / 2 * PANEL) + input % 2] = narrowed(splat(value))[0];
            }
        }
    }
}

// B^T d along one axis, 6 values in place.
INLINE void transform_input(vec *d, size_t stride) {
    vec d0 = d[0], d1 = d[stride], d2 = d[2 * stride], d3 = d[3 * stride], d4 = d[4 * stride], d5 = d[5 * stride];
    vec outer = d4 - d2, inner = d3 - d1;
    d[0] = d0 + d4 - d2 * 2.0f - inner * 1.5f;
    d[stride] = d4 - d1 - d2 * 2.5f - d3 * 0.5f;
    d[2 * stride] = d4 + d1 + d2 * 0.5f - d3 * 2.5f;
    d[3 * stride] = outer + inner * 0.5f;
    d[4 * stride] = outer - inner * 2.0f;
    d[5 * stride] = d1 + d5 - d3 * 2.0f - outer * 1.5f;
}

// A^T m along one axis: 6 values become 4, in place.
INLINE void transform_output(vec *m, size_t stride) {
    vec m0 = m[0], m5 = m[5 * stride];
    vec sum = m[stride] + m[2 * stride], difference = m[stride] - m[2 * stride];
    vec two = m[3 * stride], half = m[4 * stride];
    m[0] = m0 + sum + two + half;
    m[stride] = difference + two * 2.0f - half * 0.5f;
    m[2 * stride] = sum + two * 4.0f + half * 0.25f;
    m[3 * stride] = difference + two * 8.0f - half * 0.125f + m5;
}

// Transforms `part` channels of one tile's 6x6 input pixels; pixels outside the map are 0.
// The row of every point lies `plane` words behind that of the point before.
INLINE void transform_tile(const cpu_winograd_input *in, cpu_type type, cpu_arithmetic arithmetic, size_t top,
                           size_t left, size_t channel, size_t part, uint32_t *row, size_t plane) {
    vec d[POINTS];
    for (size_t y = 0; y < 6; y++) {
        for (size_t x = 0; x < 6; x++) {
            size_t row = top + y - 1, column = left + x - 1;  // wraps around below 0, then fails the test
            vec v = {};
            if (row < in->rows && column < in->columns) {
                size_t index = in->first_element + (row * in->columns + column) * in->channels + channel;
                v = load_stored(type, element(&in->map, index), part);
                if (in->rectifies) v = rectified(v);
            }
            d[6 * y + x] = v;
        }
    }
    for (size_t x = 0; x < 6; x++) transform_input(d + x, 6);
    for (size_t y = 0; y < 6; y++) transform_input(d + 6 * y, 1);
    for (size_t point = 0; point < POINTS; point++) {
        uint32_t *place = row + point * plane;
        if (arithmetic == cpu_arithmetic_float32) store((float *)place + channel, d[point]);
        else store_factors((pair_factor *)place, channel, d[point]);
    }
}

// products [rows, columns] = transformed [rows, stride] x panels. `rows` is a multiple of TILE_ROWS.
INLINE void multiply_panels(cpu_arithmetic arithmetic, size_t rows, size_t depth, size_t columns,
                            const uint32_t *transformed, size_t stride, const uint32_t *panels, float *products) {
    for (size_t column = 0; column < columns; column += PANEL) {
        for (size_t row = 0; row < rows; row += TILE_ROWS) {
            const uint32_t *a = transformed + row * stride, *panel = panels + column * depth;
            float *c = products + row * columns + column;
            const char *ahead = share_of_panel(arithmetic, panel + depth * PANEL, depth, row);
            if (arithmetic == cpu_arithmetic_float32)
                multiply_tile(depth, (const float *)a, stride, (const float *)panel, 0, c, columns, ahead);
            else multiply_pairs(depth, (const pair_factor *)a, stride, panel, 0, c, columns, ahead);
        }
    }
}

INLINE size_t padded_tiles(size_t tile_count) { return (tile_count + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS; }

static size_t winograd_scratch(cpu_arithmetic arithmetic, size_t tile_count, size_t outputs, size_t inputs) {
    size_t columns = winograd_columns(outputs);
    return 4 * padded_tiles(tile_count) * (POINTS * (winograd_stride(arithmetic, inputs) + columns) + 16 * columns);
}

INLINE const float *winograd_with(cpu_arithmetic arithmetic, cpu_type type, const cpu_winograd_input *in,
                                  size_t outputs, const uint32_t *packed, uint32_t *scratch) {
    size_t rows = padded_tiles(in->tile_count), columns = winograd_columns(outputs), inputs = in->channels;
    size_t depth = winograd_depth(arithmetic, inputs), stride = winograd_stride(arithmetic, inputs);
    size_t tiles_across = (in->columns + 3) / 4;
    float *products = (float *)scratch + POINTS * rows * stride, *result = products + POINTS * rows * columns;

    for (size_t tile = 0; tile < in->tile_count; tile++) {
        size_t top = (in->first_tile + tile) / tiles_across * 4, left = (in->first_tile + tile) % tiles_across * 4;
        for (size_t channel = 0; channel < inputs; channel += VECTOR_WIDTH) {
            size_t part = inputs - channel < VECTOR_WIDTH ? inputs - channel : VECTOR_WIDTH;
            transform_tile(in, type, arithmetic, top, left, channel, part, scratch + tile * stride, rows * stride);
        }
    }
    for (size_t point = 0; point < POINTS; point++) {
        uint32_t *transformed = scratch + point * rows * stride;
        memset(transformed + in->tile_count * stride, 0, (rows - in->tile_count) * stride * 4);
        multiply_panels(arithmetic, rows, depth, columns, transformed, stride, packed + point * columns * depth,
                        products + point * rows * columns);
    }
    for (size_t tile = 0; tile < in->tile_count; tile++) {
        for (size_t column = 0; column < columns; column += VECTOR_WIDTH) {
            vec m[POINTS];
            for (size_t point = 0; point < POINTS; point++)
                m[point] = load(products + (point * rows + tile) * columns + column);
            for (size_t x = 0; x < 6; x++) transform_output(m + x, 6);
            for (size_t y = 0; y < 4; y++) {
                transform_output(m + 6 * y, 1);
                for (size_t x = 0; x < 4; x++) store(result + (tile * 16 + 4 * y + x) * columns + column, m[6 * y + x]);
            }
        }
    }
    return result;
}

// The result lies in the scratch memory.
static const float *winograd(const cpu_winograd_input *in, size_t outputs, const void *packed, void *scratch) {
    if (in->arithmetic != cpu_arithmetic_float32)
        return in->map.type == cpu_type_float32
            ? winograd_with(cpu_arithmetic_bfloat16, cpu_type_float32, in, outputs, packed, scratch)
            : winograd_with(cpu_arithmetic_bfloat16, cpu_type_bfloat16, in, outputs, packed, scratch);
    return in->map.type == cpu_type_float32
        ? winograd_with(cpu_arithmetic_float32, cpu_type_float32, in, outputs, packed, scratch)
        : winograd_with(cpu_arithmetic_float32, cpu_type_bfloat16, in, outputs, packed, scratch);
}
