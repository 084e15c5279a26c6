// attention: softmax(q k^T / sqrt(head_width)) v for some queries of one head of one crop, in one pass over the keys.
// layout    qkv [tokens, 3 width]: q, k, v one after the other, each with its heads side by side, from element `first`
//           on; output [tokens, width] from element `output_first` on
// next      the element where the queries of the head begin that this core takes next, fetched meanwhile: its rows lie too
//           far apart to be fetched by themselves; negative for none
// scratch   attention_scratch(tokens, head_width, type of qkv) bytes: keys and values packed in panels of PANEL keys or
//           channels; of a block of queries the factors, scores against a block of keys, weights, running sums,
//           maxima and totals
// requires  any tokens, width and head_width >= 1; output does not overlap qkv
// numerics  products of float32 or, for qkv in bfloat16, of bfloat16, weights included; all else is float32. The
//           running maximum is subtracted before exp; weights are divided out at the end. A NaN in a score makes its
//           query's row NaN, a NaN in v that channel.
// order     of summation depends on tokens and head_width alone
#pragma once
#include "attention_pack.h"
#include "elementary.h"

static size_t attention_scratch(size_t tokens, size_t head_width, cpu_type type) {
    attention_shape s = shape_of_attention(type, tokens, head_width);
    return 4 * (s.keys + s.values + QUERY_BLOCK * (s.query_stride + s.weight_stride + KEY_BLOCK + s.channels + 2));
}

// Turns one row of scores into unnormalised weights, 2 to the power of `scale` times a score's way above the greatest,
// and brings the row's running state up to date. Columns from `keys` to `padded` hold no key. Weights take the scores'
// place, or go to `weights` as factors of bfloat16.
INLINE void update_row(size_t keys, size_t padded, float scale, float *scores, pair_factor *weights, float *maximum,
                       float *total, size_t channels, float *sums) {
    for (size_t i = keys; i < padded; i++) scores[i] = -__builtin_inff();
    vec greatest = splat(*maximum);
    for (size_t i = 0; i < padded; i += VECTOR_WIDTH) {
        vec s = load(scores + i);
        greatest = choose(s > greatest, s, greatest);
    }
    float now = max_lanes(greatest);
    float least = -126 / scale;  // a score that far below the greatest counts as nothing beside it
    vec weight_sum = {};
    for (size_t i = 0; i < padded; i += VECTOR_WIDTH) {
        vec below = load(scores + i) - now;
        vec w = power_of_two(choose(below < least, splat(least), below), scale);
        if (weights) store_factors(weights, i, w);
        else store(scores + i, w);
        weight_sum = weight_sum + w;
    }
    float below = *maximum - now;
    float factor = power_of_two(splat(below < least ? least : below), scale)[0];
    *total = *total * factor + sum_lanes(weight_sum);
    *maximum = now;
    for (size_t c = 0; c < channels; c += VECTOR_WIDTH) store(sums + c, load(sums + c) * factor);
}

// Scratch memory in use.
typedef struct {
    attention_shape shape;
    uint32_t *keys, *values, *queries, *weights;
    float *scores, *sums, *maxima, *totals;
} attention_memory;

INLINE attention_memory divide_scratch(const attention_head *h, uint32_t *scratch) {
    attention_memory m = {.shape = shape_of_attention(h->type, h->tokens, h->head_width), .keys = scratch};
    m.values = m.keys + m.shape.keys;
    m.queries = m.values + m.shape.values;
    m.weights = m.queries + QUERY_BLOCK * m.shape.query_stride;
    m.scores = (float *)(m.weights + QUERY_BLOCK * m.shape.weight_stride);
    m.sums = m.scores + QUERY_BLOCK * KEY_BLOCK;
    m.maxima = m.sums + QUERY_BLOCK * m.shape.channels;
    m.totals = m.maxima + QUERY_BLOCK;
    return m;
}

// scores = queries times keys `key` up to `key + padded`.
INLINE void score_keys(const attention_head *h, const attention_memory *m, size_t rows, size_t key, size_t padded) {
    size_t steps = h->type == cpu_type_float32 ? h->head_width : (h->head_width + 1) / 2;
    size_t stride = m->shape.query_stride;
    for (size_t p = 0; p < padded; p += PANEL) {
        const uint32_t *panel = m->keys + (key + p) * steps;
        for (size_t i = 0; i < rows; i += TILE_ROWS) {
            const uint32_t *query = m->queries + i * stride;
            float *score = m->scores + i * KEY_BLOCK + p;
            if (h->type == cpu_type_float32)
                multiply_tile(steps, (const float *)query, stride, (const float *)panel, 0, score, KEY_BLOCK, NULL);
            else multiply_pairs(steps, (const pair_factor *)query, stride, panel, 0, score, KEY_BLOCK, NULL);
        }
    }
}

// sums += weights times values `key` up to `key + count`.
INLINE void add_values(const attention_head *h, const attention_memory *m, size_t rows, size_t key, size_t count) {
    size_t channels = m->shape.channels, stride = m->shape.weight_stride;
    for (size_t c = 0; c < channels; c += PANEL) {
        for (size_t i = 0; i < rows; i += TILE_ROWS) {
            float *sum = m->sums + i * channels + c;
            if (h->type == cpu_type_float32) {
                const float *panel = (const float *)m->values + c * h->tokens + key * PANEL;
                multiply_tile(count, m->scores + i * KEY_BLOCK, KEY_BLOCK, panel, 1, sum, channels, NULL);
            } else {
                const uint32_t *panel = m->values + c * ((h->tokens + 1) / 2) + key / 2 * PANEL;
                const pair_factor *weight = (const pair_factor *)m->weights + i * stride;
                multiply_pairs((count + 1) / 2, weight, stride, panel, 1, sum, channels, NULL);
            }
        }
    }
}

// Fetches one token's query, key and value of the head that comes next into the second-level cache.
INLINE void fetch_next_head(const attention_head *h, size_t token) {
    if (!h->next || token >= h->tokens) return;
    size_t part_bytes = h->stride / 3 * byte_count(h->type);
    const char *row = head_row(h, h->next, token);
    for (size_t part = 0; part < 3; part++)
        for (size_t byte = 0; byte < h->head_width * byte_count(h->type); byte += CACHE_LINE)
            __builtin_prefetch(row + part * part_bytes + byte, 0, 2);
}

// One block of `count` queries from `first` on, against all keys. The block's sums and totals are left in `m`.
INLINE void attend_block(const attention_head *h, const attention_memory *m, size_t first, size_t count) {
    size_t rows = round_up(count, TILE_ROWS), channels = m->shape.channels;
    float scale = 1.44269504f / __builtin_sqrtf((float)h->head_width);  // log2 e
    pack_queries(h, first, count, rows, m->shape.query_stride, m->queries);
    memset(m->sums, 0, rows * channels * sizeof(float));
    for (size_t i = 0; i < rows; i++) {
        m->maxima[i] = -__builtin_inff();
        m->totals[i] = 0;
    }
    for (size_t key = 0; key < h->tokens; key += KEY_BLOCK) {
        size_t key_count = h->tokens - key < KEY_BLOCK ? h->tokens - key : KEY_BLOCK;
        size_t padded = round_up(key_count, PANEL);
        score_keys(h, m, rows, key, padded);
        for (size_t i = 0; i < rows; i++) {
            if (key == 0) fetch_next_head(h, first + i);
            pair_factor *weights = h->type == cpu_type_float32 ? NULL
                                                               : (pair_factor *)m->weights + i * m->shape.weight_stride;
            update_row(key_count, padded, scale, m->scores + i * KEY_BLOCK, weights, m->maxima + i, m->totals + i,
                       channels, m->sums + i * channels);
        }
        add_values(h, m, rows, key, key_count);
    }
}

INLINE void attend(const attention_head *h, size_t first_query, size_t query_count, uint32_t *scratch,
                   const cpu_values *output, size_t output_first, size_t output_stride) {
    attention_memory m = divide_scratch(h, scratch);
    pack_keys(h, m.keys);
    pack_values(h, m.values);
    for (size_t done = 0; done < query_count; done += QUERY_BLOCK) {
        size_t count = query_count - done < QUERY_BLOCK ? query_count - done : QUERY_BLOCK;
        attend_block(h, &m, first_query + done, count);
        for (size_t i = 0; i < count; i++) {
            size_t place = output_first + (first_query + done + i) * output_stride, width = h->head_width;
            for (size_t c = 0; c < width; c += VECTOR_WIDTH) {
                size_t part = width - c < VECTOR_WIDTH ? width - c : VECTOR_WIDTH;
                vec mean = load(m.sums + i * m.shape.channels + c) / m.totals[i];
                store_stored(output->type, element(output, place + c), mean, part);
            }
        }
    }
}

static void attention(size_t tokens, size_t width, size_t head_width, size_t head, size_t first_query,
                      size_t query_count, const cpu_values *qkv, size_t first, ptrdiff_t next, void *scratch,
                      const cpu_values *output, size_t output_first) {
    attention_head h = {qkv->type, tokens, head_width, 3 * width, element(qkv, first + head * head_width),
                        element(qkv, first + width + head * head_width),
                        element(qkv, first + 2 * width + head * head_width),
                        next < 0 ? NULL : element(qkv, (size_t)next)};
    if (h.type == cpu_type_float32) {
        h.type = cpu_type_float32;  // a constant for what is inlined
        attend(&h, first_query, query_count, scratch, output, output_first + head * head_width, width);
    } else {
        h.type = cpu_type_bfloat16;
        attend(&h, first_query, query_count, scratch, output, output_first + head * head_width, width);
    }
}
