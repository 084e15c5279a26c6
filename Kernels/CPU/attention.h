// attention: softmax(q k^T / sqrt(head_width)) v for some queries of one head of one crop, in one pass over the keys.
// layout    qkv [tokens, 3 width]: q, k, v one after the other, each with its heads side by side; output [tokens, width]
// scratch   attention_scratch(tokens, head_width) floats: keys and values packed in panels of PANEL keys or channels,
//           a block of scaled queries, its scores against a block of keys, its running sums, maxima and weights
// requires  any tokens, width and head_width >= 1; output does not overlap qkv
// numerics  float32; the running maximum is subtracted before exp; weights are divided out at the end. A NaN in a
//           score makes its query's row NaN, a NaN in v that channel.
// order     of summation depends on tokens and head_width alone
#pragma once
#include "elementary.h"
#include "multiply_tile.h"

#ifndef QUERY_TILES
#define QUERY_TILES 8  // tiles of TILE_ROWS queries that share a block of keys (4 to 16)
#endif
#ifndef KEY_BLOCK
#define KEY_BLOCK 128  // keys between two updates of the running maximum, a multiple of PANEL (64 to 256)
#endif
#define QUERY_BLOCK (QUERY_TILES * TILE_ROWS)

INLINE size_t round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

// Turns one row of scores into unnormalised weights and brings the row's running state up to date. Scores are scaled
// by `scale` on the way. Columns from `keys` to `padded` hold no key.
INLINE void update_row(size_t keys, size_t padded, float scale, float *scores, float *maximum, float *total,
                       size_t channels, float *sums) {
    for (size_t i = keys; i < padded; i++) scores[i] = -__builtin_inff();
    vec greatest = splat(*maximum);
    for (size_t i = 0; i < padded; i += VECTOR_WIDTH) {
        vec s = load(scores + i);
        greatest = choose(s > greatest, s, greatest);
    }
    float now = max_lanes(greatest);
    vec weight_sum = {};
    for (size_t i = 0; i < padded; i += VECTOR_WIDTH) {
        vec w = exponential_of((load(scores + i) - now) * scale);
        store(scores + i, w);
        weight_sum = weight_sum + w;
    }
    float factor = exponential_of(splat((*maximum - now) * scale))[0];
    *total = *total * factor + sum_lanes(weight_sum);
    *maximum = now;
    for (size_t c = 0; c < channels; c += VECTOR_WIDTH) store(sums + c, load(sums + c) * factor);
}

// [tokens, stride] to panels of PANEL rows, each [width, PANEL]; rows behind the last are 0.
INLINE void pack_keys(size_t tokens, size_t width, const float *input, size_t stride, float *packed) {
    for (size_t first = 0; first < tokens; first += PANEL, packed += width * PANEL) {
        size_t count = tokens - first < PANEL ? tokens - first : PANEL;
        if (count < PANEL) memset(packed, 0, width * PANEL * sizeof(float));
        for (size_t j = 0; j < count; j++) {
            const float *row = input + (first + j) * stride;
            for (size_t d = 0; d < width; d++) packed[d * PANEL + j] = row[d];
        }
    }
}

// [tokens, stride] to panels of PANEL columns, each [tokens, PANEL]; columns behind the last are 0.
INLINE void pack_values(size_t tokens, size_t width, const float *input, size_t stride, float *packed) {
    for (size_t first = 0; first < width; first += PANEL, packed += tokens * PANEL) {
        size_t count = width - first < PANEL ? width - first : PANEL;
        for (size_t t = 0; t < tokens; t++) {
            const float *row = input + t * stride + first;
            float *place = packed + t * PANEL;
            if (count == PANEL) {
                store(place, load(row));
                store(place + VECTOR_WIDTH, load(row + VECTOR_WIDTH));
            } else {
                memset(place, 0, PANEL * sizeof(float));
                memcpy(place, row, count * sizeof(float));
            }
        }
    }
}

static size_t attention_scratch(size_t tokens, size_t head_width) {
    size_t channels = round_up(head_width, PANEL);
    return round_up(tokens, PANEL) * head_width + tokens * channels
        + QUERY_BLOCK * (head_width + KEY_BLOCK + channels + 2);
}

static void attention(size_t tokens, size_t width, size_t head_width, size_t head, size_t first_query,
                      size_t query_count, const float *qkv, float *scratch, float *output) {
    size_t stride = 3 * width, channels = round_up(head_width, PANEL);
    const float *q = qkv + head * head_width;
    float *keys = scratch, *values = keys + round_up(tokens, PANEL) * head_width;
    float *scores = values + tokens * channels, *sums = scores + QUERY_BLOCK * KEY_BLOCK;
    float *queries = sums + QUERY_BLOCK * channels, *maxima = queries + QUERY_BLOCK * head_width;
    float *totals = maxima + QUERY_BLOCK;
    float scale = 1.0f / __builtin_sqrtf((float)head_width);
    pack_keys(tokens, head_width, q + width, stride, keys);
    pack_values(tokens, head_width, q + 2 * width, stride, values);

    for (size_t done = 0; done < query_count; done += QUERY_BLOCK) {
        size_t count = query_count - done < QUERY_BLOCK ? query_count - done : QUERY_BLOCK;
        size_t rows = round_up(count, TILE_ROWS), first = first_query + done;
        for (size_t i = 0; i < rows; i++) {
            float *query = queries + i * head_width;
            if (i < count) memcpy(query, q + (first + i) * stride, head_width * sizeof(float));
            else memset(query, 0, head_width * sizeof(float));
            maxima[i] = -__builtin_inff();
            totals[i] = 0;
        }
        memset(sums, 0, rows * channels * sizeof(float));
        for (size_t key = 0; key < tokens; key += KEY_BLOCK) {
            size_t key_count = tokens - key < KEY_BLOCK ? tokens - key : KEY_BLOCK;
            size_t padded = round_up(key_count, PANEL);
            for (size_t p = 0; p < padded; p += PANEL)
                for (size_t i = 0; i < rows; i += TILE_ROWS)
                    multiply_tile(head_width, queries + i * head_width, head_width, keys + (key + p) * head_width, 0,
                                  scores + i * KEY_BLOCK + p, KEY_BLOCK);
            for (size_t i = 0; i < rows; i++)
                update_row(key_count, padded, scale, scores + i * KEY_BLOCK, maxima + i, totals + i, channels,
                           sums + i * channels);
            for (size_t c = 0; c < channels; c += PANEL)
                for (size_t i = 0; i < rows; i += TILE_ROWS)
                    multiply_tile(key_count, scores + i * KEY_BLOCK, KEY_BLOCK, values + c * tokens + key * PANEL, 1,
                                  sums + i * channels + c, channels);
        }
        for (size_t i = 0; i < count; i++) {
            float *row = output + (first + i) * width + head * head_width;
            for (size_t c = 0; c < head_width; c++) row[c] = sums[i * channels + c] / totals[i];
        }
    }
}
