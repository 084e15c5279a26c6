// packed_size, pack: a weight matrix as the products read it.
// layout    weight [columns, taps, channels]. Packed: panels of PANEL columns, each [depth / g, PANEL, g] with g = 1, 2
//           and 4 neighbouring channels for float32, bfloat16 and int8; a tap's channels are rounded up to a multiple of
//           g; what is behind the last column or channel is 0. For int8 the scales of the columns, [columns], and the
//           sums of each block of DEPTH_BLOCK, [blocks, columns], come before the panels
// numerics  bfloat16 is rounded to nearest even. int8: a column's greatest magnitude becomes 127
#pragma once
#include "multiply_tile.h"

// Steps of the depth that a block of a product holds: 2 KB of a row for float32 and bfloat16. For int8 also what shares
// one scale of the inputs.
INLINE size_t depth_block(cpu_arithmetic arithmetic) { return arithmetic == cpu_arithmetic_float32 ? 512 : 1024; }

INLINE size_t group_size(cpu_arithmetic arithmetic) {
    return arithmetic == cpu_arithmetic_float32 ? 1 : arithmetic == cpu_arithmetic_bfloat16 ? 2 : 4;
}

// What each arithmetic calls a matrix of the given shape.
typedef struct {
    size_t group, channels, depth, columns, block_count;
} packed_shape;

INLINE packed_shape shape_of_packed(cpu_arithmetic arithmetic, size_t columns, size_t taps, size_t channels) {
    size_t group = group_size(arithmetic), padded = round_up(channels, group), depth = taps * padded;
    return (packed_shape){group, padded, depth, round_up(columns, PANEL),
                          (depth + depth_block(arithmetic) - 1) / depth_block(arithmetic)};
}

// Bytes in front of the panels.
INLINE size_t scales_size(cpu_arithmetic arithmetic, packed_shape s) {
    return arithmetic == cpu_arithmetic_int8 ? round_up((1 + s.block_count) * s.columns * sizeof(float), 64) : 0;
}

static size_t packed_size(cpu_arithmetic arithmetic, size_t columns, size_t taps, size_t channels) {
    packed_shape s = shape_of_packed(arithmetic, columns, taps, channels);
    return round_up(scales_size(arithmetic, s) + s.depth * s.columns * 4 / s.group, 64);
}

INLINE uint16_t bfloat16_of(float x) { return narrowed(splat(x))[0]; }

// One column's 8-bit weights; gives what one of them stands for.
INLINE float pack_bytes(packed_shape s, size_t taps, size_t channels, const float *column, int8_t *place, float *sums) {
    float greatest = 0;
    for (size_t i = 0; i < taps * channels; i++) {
        float size = __builtin_fabsf(column[i]);
        if (size > greatest) greatest = size;
    }
    float scale = greatest > 0 ? greatest / 127 : 1;
    for (size_t tap = 0; tap < taps; tap++) {
        for (size_t c = 0; c < channels; c++) {
            size_t d = tap * s.channels + c;
            float value = __builtin_rintf(column[tap * channels + c] / scale);
            place[d / 4 * 4 * PANEL + d % 4] = (int8_t)value;
            sums[d / depth_block(cpu_arithmetic_int8) * s.columns] += value;
        }
    }
    return scale;
}

static void pack(cpu_arithmetic arithmetic, size_t columns, size_t taps, size_t channels, const float *weight,
                 void *packed) {
    packed_shape s = shape_of_packed(arithmetic, columns, taps, channels);
    char *panels = (char *)packed + scales_size(arithmetic, s);
    memset(packed, 0, packed_size(arithmetic, columns, taps, channels));
    for (size_t column = 0; column < columns; column++) {
        const float *source = weight + column * taps * channels;
        size_t panel = column / PANEL * PANEL * s.depth, lane = column % PANEL;
        float *floats = (float *)panels + panel + lane;
        uint16_t *halves = (uint16_t *)panels + panel + 2 * lane;
        if (arithmetic == cpu_arithmetic_int8) {
            float *scales = (float *)packed + column;
            *scales = pack_bytes(s, taps, channels, source, (int8_t *)panels + panel + 4 * lane, scales + s.columns);
            continue;
        }
        for (size_t tap = 0; tap < taps; tap++) {
            for (size_t c = 0; c < channels; c++) {
                size_t d = tap * s.channels + c;
                float value = source[tap * channels + c];
                if (arithmetic == cpu_arithmetic_float32) floats[d * PANEL] = value;
                else halves[d / 2 * 2 * PANEL + d % 2] = bfloat16_of(value);
            }
        }
    }
}
