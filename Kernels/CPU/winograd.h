// winograd: a 3x3 convolution of stride 1 and padding 1 as F(4x4, 3x3): each 4x4 output tile comes from a 6x6 input tile
// by 36 products instead of 144 (Lavin and Gray, arXiv 1509.09308, points 0, +-1, +-2 and infinity).
// layout    input [rows, columns, channels] from first_element on; weight [outputs, 3, 3, inputs]; the result [tiles, 16, columns], the 4x4
//           pixels of each tile row by row, columns = outputs rounded up to PANEL
// packed    36 matrices of panels, each [inputs, PANEL]; columns behind the last output are 0
// scratch   winograd_scratch floats: transformed input, products, result
// numerics  float32, the weights transformed in double; errors grow about tenfold against the direct sum. A NaN reaches
//           the whole tiles that see it
// order     of summation depends on the channels alone
#pragma once
#include "elementary.h"
#include "multiply_tile.h"

#define POINTS 36

static size_t winograd_columns(size_t outputs) { return (outputs + PANEL - 1) / PANEL * PANEL; }

static size_t winograd_weight_count(size_t outputs, size_t inputs) { return POINTS * winograd_columns(outputs) * inputs; }

// G g along one axis: 3 values to 6.
INLINE void transform_kernel(const double *g, size_t stride, double *out, size_t out_stride) {
    double a = g[0], b = g[stride], c = g[2 * stride];
    out[0] = a / 4;
    out[out_stride] = -(a + b + c) / 6;
    out[2 * out_stride] = -(a - b + c) / 6;
    out[3 * out_stride] = a / 24 + b / 12 + c / 6;
    out[4 * out_stride] = a / 24 - b / 12 + c / 6;
    out[5 * out_stride] = c;
}

static void winograd_pack(size_t outputs, size_t inputs, const float *weight, float *packed) {
    size_t columns = winograd_columns(outputs);
    for (size_t column = 0; column < columns; column++) {
        for (size_t input = 0; input < inputs; input++) {
            double g[9] = {0}, half[18], u[POINTS];
            for (size_t tap = 0; column < outputs && tap < 9; tap++) g[tap] = weight[(column * 9 + tap) * inputs + input];
            for (size_t x = 0; x < 3; x++) transform_kernel(g + x, 3, half + x, 3);
            for (size_t y = 0; y < 6; y++) transform_kernel(half + 3 * y, 1, u + 6 * y, 1);
            float *place = packed + (column / PANEL * inputs + input) * PANEL + column % PANEL;
            for (size_t point = 0; point < POINTS; point++) place[point * columns * inputs] = (float)u[point];
        }
    }
}

// B^T d along one axis, 6 values in place.
INLINE void transform_input(vec *d, size_t stride) {
    vec d0 = d[0], d1 = d[stride], d2 = d[2 * stride], d3 = d[3 * stride], d4 = d[4 * stride], d5 = d[5 * stride];
    vec even = d4 - d2 * 4.0f, odd = d3 - d1 * 4.0f, wide = d4 - d2, steep = (d3 - d1) * 2.0f;
    d[0] = d0 * 4.0f - d2 * 5.0f + d4;
    d[stride] = even + odd;
    d[2 * stride] = even - odd;
    d[3 * stride] = wide + steep;
    d[4 * stride] = wide - steep;
    d[5 * stride] = d1 * 4.0f - d3 * 5.0f + d5;
}

// A^T m along one axis: 6 values become 4, in place.
INLINE void transform_output(vec *m, size_t stride) {
    vec m0 = m[0], m5 = m[5 * stride];
    vec near_sum = m[stride] + m[2 * stride], near_difference = m[stride] - m[2 * stride];
    vec far_sum = m[3 * stride] + m[4 * stride], far_difference = m[3 * stride] - m[4 * stride];
    m[0] = m0 + near_sum + far_sum;
    m[stride] = near_difference + far_difference * 2.0f;
    m[2 * stride] = near_sum + far_sum * 4.0f;
    m[3 * stride] = near_difference + far_difference * 8.0f + m5;
}

// Transforms `part` channels of one tile's 6x6 input pixels; pixels outside the map are 0.
INLINE void transform_tile(const cpu_winograd_input *in, cpu_type type, size_t top, size_t left, size_t channel,
                           size_t part, float *out, size_t plane) {
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
        if (part == VECTOR_WIDTH) store(out + point * plane + channel, d[point]);
        else store_part(out + point * plane + channel, d[point], part);
    }
}

// products [rows, columns] = transformed [rows, depth] x panels. `rows` is a multiple of TILE_ROWS.
INLINE void multiply_panels(size_t rows, size_t depth, size_t columns, const float *transformed, const float *panels,
                            float *products) {
    for (size_t column = 0; column < columns; column += PANEL)
        for (size_t row = 0; row < rows; row += TILE_ROWS)
            multiply_tile(depth, transformed + row * depth, depth, panels + column * depth, 0,
                          products + row * columns + column, columns);
}

INLINE size_t padded_tiles(size_t tile_count) { return (tile_count + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS; }

static size_t winograd_scratch(size_t tile_count, size_t outputs, size_t inputs) {
    size_t columns = winograd_columns(outputs);
    return padded_tiles(tile_count) * (POINTS * (inputs + columns) + 16 * columns);
}

// The result lies in the scratch memory.
static const float *winograd(const cpu_winograd_input *in, size_t outputs, const float *packed, float *scratch) {
    size_t rows = padded_tiles(in->tile_count), columns = winograd_columns(outputs), inputs = in->channels;
    size_t tiles_across = (in->columns + 3) / 4;
    float *products = scratch + POINTS * rows * inputs, *result = products + POINTS * rows * columns;

    for (size_t tile = 0; tile < in->tile_count; tile++) {
        size_t top = (in->first_tile + tile) / tiles_across * 4, left = (in->first_tile + tile) % tiles_across * 4;
        for (size_t channel = 0; channel < inputs; channel += VECTOR_WIDTH) {
            size_t part = inputs - channel < VECTOR_WIDTH ? inputs - channel : VECTOR_WIDTH;
            if (in->map.type == cpu_type_float32)
                transform_tile(in, cpu_type_float32, top, left, channel, part, scratch + tile * inputs, rows * inputs);
            else
                transform_tile(in, cpu_type_bfloat16, top, left, channel, part, scratch + tile * inputs, rows * inputs);
        }
    }
    for (size_t point = 0; point < POINTS; point++) {
        float *transformed = scratch + point * rows * inputs;
        memset(transformed + in->tile_count * inputs, 0, (rows - in->tile_count) * inputs * sizeof(float));
        multiply_panels(rows, inputs, columns, transformed, packed + point * columns * inputs,
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
