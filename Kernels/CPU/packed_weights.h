// packed_size, pack: a weight matrix as the products read it.
// layout    weight [columns, taps, channels]. Packed: panels of PANEL columns, each [depth / g, PANEL, g] with g = 1, 2
//           and 4 neighbouring channels for float32, bfloat16 and int8; a tap's channels are rounded up to a multiple
//           of g; what is behind the last column or channel is 0. For int8 the scales of the columns, [columns], and the
//           sums of each block of depth_block, [blocks, columns], come before the panels
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

// A panel's weights from step `step` of the depth on; `panels` lie behind the scales.
INLINE const uint32_t *panel_at(const uint32_t *panels, packed_shape s, size_t column, size_t step) {
    return panels + (column * s.depth + step * PANEL) / s.group;
}

static size_t packed_size(cpu_arithmetic arithmetic, size_t columns, size_t taps, size_t channels) {
    packed_shape s = shape_of_packed(arithmetic, columns, taps, channels);
    return round_up(scales_size(arithmetic, s) + s.depth * s.columns * 4 / s.group, 64);
}

// The greatest magnitude of 8-bit weights becomes 127; gives what one of them stands for.
INLINE float byte_scale(size_t count, const float *values) {
    vec greatest = {};
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        vec v = load_stored(cpu_type_float32, values + i, count - i < VECTOR_WIDTH ? count - i : VECTOR_WIDTH);
        vec size = choose(v < 0.0f, -v, v);
        greatest = choose(size > greatest, size, greatest);
    }
    float most = max_lanes(greatest);
    return most > 0 ? most / 127 : 1;
}

// Packs `part` neighbouring weights of one column, steps d and on of the depth; `lane` is the column's first element in
// its panel. Gives the sum of 8-bit weights.
INLINE float pack_part(cpu_arithmetic arithmetic, const float *source, size_t part, float scale, size_t d, void *lane) {
    vec v = load_stored(cpu_type_float32, source, part);
    if (arithmetic == cpu_arithmetic_float32) {
        for (size_t i = 0; i < part; i++) ((float *)lane)[(d + i) * PANEL] = v[i];
        return 0;
    }
    if (arithmetic == cpu_arithmetic_bfloat16) {
        half_words h = narrowed(v);
        for (size_t i = 0; i < part; i++) ((uint16_t *)lane)[(d + i) / 2 * 2 * PANEL + (d + i) % 2] = h[i];
        return 0;
    }
    float sum = 0;
    for (size_t i = 0; i < part; i++) {
        float value = __builtin_rintf(v[i] / scale);
        ((int8_t *)lane)[(d + i) / 4 * 4 * PANEL + (d + i) % 4] = (int8_t)value;
        sum += value;
    }
    return sum;
}

INLINE void pack_with(cpu_arithmetic arithmetic, size_t columns, size_t taps, size_t channels, const float *weight,
                      void *packed) {
    packed_shape s = shape_of_packed(arithmetic, columns, taps, channels);
    float *scales = packed;
    char *panels = (char *)packed + scales_size(arithmetic, s);
    memset(packed, 0, packed_size(arithmetic, columns, taps, channels));
    if (arithmetic == cpu_arithmetic_int8)
        for (size_t column = 0; column < columns; column++)
            scales[column] = byte_scale(taps * channels, weight + column * taps * channels);
    // A vector's steps for all columns of a panel at a time, so that what is written stays in cache.
    for (size_t first = 0; first < columns; first += PANEL) {
        size_t last = columns - first < PANEL ? columns : first + PANEL;
        for (size_t tap = 0; tap < taps; tap++) {
            for (size_t c = 0, part; c < channels; c += part) {
                size_t d = tap * s.channels + c, rest = channels - c, block = depth_block(arithmetic);
                part = rest < VECTOR_WIDTH ? rest : VECTOR_WIDTH;
                part = part < block - d % block ? part : block - d % block;  // sums are those of one block
                for (size_t column = first; column < last; column++) {
                    char *lane = panels + 4 / s.group * (first * s.depth + (column - first) * s.group);
                    const float *source = weight + (column * taps + tap) * channels + c;
                    float scale = arithmetic == cpu_arithmetic_int8 ? scales[column] : 1;
                    float sum = pack_part(arithmetic, source, part, scale, d, lane);
                    if (arithmetic == cpu_arithmetic_int8)
                        scales[(1 + d / block) * s.columns + column] += sum;
                }
            }
        }
    }
}

static void pack(cpu_arithmetic arithmetic, size_t columns, size_t taps, size_t channels, const float *weight,
                 void *packed) {
    switch (arithmetic) {
    case cpu_arithmetic_float32:
        pack_with(cpu_arithmetic_float32, columns, taps, channels, weight, packed);
        break;
    case cpu_arithmetic_bfloat16:
        pack_with(cpu_arithmetic_bfloat16, columns, taps, channels, weight, packed);
        break;
    case cpu_arithmetic_int8:
        pack_with(cpu_arithmetic_int8, columns, taps, channels, weight, packed);
        break;
    }
}
