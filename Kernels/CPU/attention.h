// attention: softmax(q k^T / sqrt(head_width)) v for some queries of one head of one crop, in one pass over the keys.
// layout    qkv [tokens, 3 width]: q, k, v one after the other, each with its heads side by side, from element `first`
//           on; output [tokens, width] from element `output_first` on
// scratch   attention_scratch(tokens, head_width, type of qkv) bytes: keys and values packed in panels of PANEL keys or
//           channels, a block of queries, its scores against a block of keys, its weights, running sums, maxima and totals
// requires  any tokens, width and head_width >= 1; output does not overlap qkv
// numerics  products of float32 or, for qkv in bfloat16, of bfloat16, weights included; all else is float32. The running
//           maximum is subtracted before exp; weights are divided out at the end. A NaN in a score makes its query's row
//           NaN, a NaN in v that channel.
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

// One head of one crop as it lies in memory.
typedef struct {
    cpu_type type;
    size_t tokens, head_width, stride;  // elements between tokens
    const char *queries, *keys, *values;
} attention_head;

INLINE const char *head_row(const attention_head *h, const char *part, size_t token) {
    return part + token * h->stride * byte_count(h->type);
}

// Words of scratch memory for each part; a bfloat16 factor counts as a pair.
typedef struct {
    size_t keys, values, channels;      // channels: the head's width rounded up to PANEL
    size_t query_stride, weight_stride;
} attention_shape;

INLINE attention_shape shape_of_attention(cpu_type type, size_t tokens, size_t head_width) {
    attention_shape s = {.channels = round_up(head_width, PANEL)};
    if (type == cpu_type_float32) {
        s.keys = round_up(tokens, PANEL) * head_width;
        s.values = tokens * s.channels;
        s.query_stride = round_up(head_width, VECTOR_WIDTH);
    } else {
        s.keys = round_up(tokens, PANEL) * ((head_width + 1) / 2);
        s.values = (tokens + 1) / 2 * s.channels;
        s.query_stride = round_up(head_width, 2 * VECTOR_WIDTH) / 2 * PAIR_FACTORS;
        s.weight_stride = KEY_BLOCK / 2 * PAIR_FACTORS;
    }
    return s;
}

static size_t attention_scratch(size_t tokens, size_t head_width, cpu_type type) {
    attention_shape s = shape_of_attention(type, tokens, head_width);
    return 4 * (s.keys + s.values + QUERY_BLOCK * (s.query_stride + s.weight_stride + KEY_BLOCK + s.channels + 2));
}

// Keys to panels of PANEL tokens, each [width, PANEL]; tokens behind the last are 0.
INLINE void pack_keys(const attention_head *h, uint32_t *packed) {
    size_t steps = h->type == cpu_type_float32 ? h->head_width : (h->head_width + 1) / 2;
    for (size_t first = 0; first < h->tokens; first += PANEL, packed += steps * PANEL) {
        size_t count = h->tokens - first < PANEL ? h->tokens - first : PANEL;
        if (count < PANEL) memset(packed, 0, steps * PANEL * sizeof *packed);
        for (size_t j = 0; j < count; j++) {
            const char *row = head_row(h, h->keys, first + j);
            if (h->type == cpu_type_float32 || h->head_width % 2 == 0) {
                for (size_t d = 0; d < steps; d++) memcpy(packed + d * PANEL + j, row + 4 * d, 4);
            } else {
                for (size_t d = 0; d + 1 < steps; d++) memcpy(packed + d * PANEL + j, row + 4 * d, 4);
                uint16_t last;
                memcpy(&last, row + 2 * (h->head_width - 1), 2);
                packed[(steps - 1) * PANEL + j] = last;
            }
        }
    }
}

// Values to panels of PANEL channels, each [tokens, PANEL]; channels behind the last are 0.
INLINE void pack_values(const attention_head *h, uint32_t *packed) {
    size_t group = h->type == cpu_type_float32 ? 1 : 2, steps = (h->tokens + group - 1) / group;
    for (size_t first = 0; first < h->head_width; first += PANEL, packed += steps * PANEL) {
        for (size_t lane = 0; lane < PANEL; lane += VECTOR_WIDTH) {
            size_t begin = first + lane, rest = begin < h->head_width ? h->head_width - begin : 0;
            size_t part = rest < VECTOR_WIDTH ? rest : VECTOR_WIDTH;
            for (size_t step = 0; step < steps; step++) {
                uint32_t *place = packed + step * PANEL + lane;
                const char *row = head_row(h, h->values, step * group) + begin * byte_count(h->type);
                if (group == 1) {
                    store((float *)place, part > 0 ? load_stored(cpu_type_float32, row, part) : (vec){});
                    continue;
                }
                int has_second = 2 * step + 1 < h->tokens;
                const char *second = has_second ? head_row(h, h->values, 2 * step + 1) + begin * 2 : row;
                uvec low = part > 0 ? (uvec)load_stored(cpu_type_bfloat16, row, part) : (uvec){};
                uvec high = part > 0 && has_second ? (uvec)load_stored(cpu_type_bfloat16, second, part) : (uvec){};
                store((float *)place, (vec)(low >> 16 | high));
            }
        }
    }
}

// Queries as the left factors of a product.
INLINE void pack_queries(const attention_head *h, size_t first, size_t count, size_t rows, size_t stride, uint32_t *packed) {
    memset(packed, 0, rows * stride * sizeof *packed);
    for (size_t i = 0; i < count; i++) {
        const char *row = head_row(h, h->queries, first + i);
        for (size_t d = 0; d < h->head_width; d += VECTOR_WIDTH) {
            size_t part = h->head_width - d < VECTOR_WIDTH ? h->head_width - d : VECTOR_WIDTH;
            vec q = load_stored(h->type, row + d * byte_count(h->type), part);
            if (h->type == cpu_type_float32) store((float *)packed + i * stride + d, q);
            else store_factors((pair_factor *)packed + i * stride, d, q);
        }
    }
}

// Turns one row of scores into unnormalised weights and brings the row's running state up to date. Scores are scaled
// by `scale` on the way. Columns from `keys` to `padded` hold no key. Weights take the scores' place, or go to `weights`
// as factors of bfloat16.
INLINE void update_row(size_t keys, size_t padded, float scale, float *scores, pair_factor *weights, float *maximum,
                       float *total, size_t channels, float *sums) {
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
        if (weights) store_factors(weights, i, w);
        else store(scores + i, w);
        weight_sum = weight_sum + w;
    }
    float factor = exponential_of(splat((*maximum - now) * scale))[0];
    *total = *total * factor + sum_lanes(weight_sum);
    *maximum = now;
    for (size_t c = 0; c < channels; c += VECTOR_WIDTH) store(sums + c, load(sums + c) * factor);
}

INLINE void attend(const attention_head *h, size_t first_query, size_t query_count, uint32_t *scratch,
                   const cpu_values *output, size_t output_first, size_t output_stride) {
    cpu_type type = h->type;
    int is_float32 = type == cpu_type_float32;
    size_t tokens = h->tokens, width = h->head_width, steps = is_float32 ? width : (width + 1) / 2;
    attention_shape s = shape_of_attention(type, tokens, width);
    size_t channels = s.channels;
    uint32_t *keys = scratch, *values = keys + s.keys, *queries = values + s.values;
    uint32_t *weights = queries + QUERY_BLOCK * s.query_stride;
    float *scores = (float *)(weights + QUERY_BLOCK * s.weight_stride), *sums = scores + QUERY_BLOCK * KEY_BLOCK;
    float *maxima = sums + QUERY_BLOCK * channels, *totals = maxima + QUERY_BLOCK;
    float scale = 1.0f / __builtin_sqrtf((float)width);
    pack_keys(h, keys);
    pack_values(h, values);

    for (size_t done = 0; done < query_count; done += QUERY_BLOCK) {
        size_t count = query_count - done < QUERY_BLOCK ? query_count - done : QUERY_BLOCK;
        size_t rows = round_up(count, TILE_ROWS);
        pack_queries(h, first_query + done, count, rows, s.query_stride, queries);
        for (size_t i = 0; i < rows; i++) {
            maxima[i] = -__builtin_inff();
            totals[i] = 0;
        }
        memset(sums, 0, rows * channels * sizeof(float));
        for (size_t key = 0; key < tokens; key += KEY_BLOCK) {
            size_t key_count = tokens - key < KEY_BLOCK ? tokens - key : KEY_BLOCK;
            size_t padded = round_up(key_count, PANEL);
            for (size_t p = 0; p < padded; p += PANEL) {
                const uint32_t *panel = keys + (key + p) * steps;
                for (size_t i = 0; i < rows; i += TILE_ROWS) {
                    const uint32_t *query = queries + i * s.query_stride;
                    float *score = scores + i * KEY_BLOCK + p;
                    if (is_float32)
                        multiply_tile(steps, (const float *)query, s.query_stride, (const float *)panel, 0, score, KEY_BLOCK);
                    else
                        multiply_pairs(steps, (const pair_factor *)query, s.query_stride, panel, 0, score, KEY_BLOCK);
                }
            }
            for (size_t i = 0; i < rows; i++)
                update_row(key_count, padded, scale, scores + i * KEY_BLOCK,
                           is_float32 ? NULL : (pair_factor *)weights + i * s.weight_stride, maxima + i, totals + i,
                           channels, sums + i * channels);
            for (size_t c = 0; c < channels; c += PANEL) {
                for (size_t i = 0; i < rows; i += TILE_ROWS) {
                    float *sum = sums + i * channels + c;
                    if (is_float32)
                        multiply_tile(key_count, scores + i * KEY_BLOCK, KEY_BLOCK,
                                      (const float *)values + c * tokens + key * PANEL, 1, sum, channels);
                    else
                        multiply_pairs((key_count + 1) / 2, (const pair_factor *)weights + i * s.weight_stride,
                                       s.weight_stride, values + c * ((tokens + 1) / 2) + key / 2 * PANEL, 1, sum, channels);
                }
            }
        }
        for (size_t i = 0; i < count; i++) {
            size_t place = output_first + (first_query + done + i) * output_stride;
            for (size_t c = 0; c < width; c += VECTOR_WIDTH) {
                size_t part = width - c < VECTOR_WIDTH ? width - c : VECTOR_WIDTH;
                store_stored(output->type, element(output, place + c), load(sums + i * channels + c) / totals[i], part);
            }
        }
    }
}

static void attention(size_t tokens, size_t width, size_t head_width, size_t head, size_t first_query,
                      size_t query_count, const cpu_values *qkv, size_t first, void *scratch, const cpu_values *output,
                      size_t output_first) {
    attention_head h = {qkv->type, tokens, head_width, 3 * width, element(qkv, first + head * head_width),
                        element(qkv, first + width + head * head_width),
                        element(qkv, first + 2 * width + head * head_width)};
    if (h.type == cpu_type_float32) {
        h.type = cpu_type_float32;  // a constant for what is inlined
        attend(&h, first_query, query_count, scratch, output, output_first + head * head_width, width);
    } else {
        h.type = cpu_type_bfloat16;
        attend(&h, first_query, query_count, scratch, output, output_first + head * head_width, width);
    }
}
