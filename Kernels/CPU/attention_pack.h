// What attention copies before it multiplies: keys and values as the right factors of products, queries as left ones.
// layout    right factors in panels of PANEL as multiply_tile.h has them, left ones row by row
// numerics  copies; for bfloat16 two neighbours of the depth lie together
#pragma once
#include "multiply_tile.h"

#ifndef QUERY_TILES
#define QUERY_TILES 4  // tiles of TILE_ROWS queries that share a block of keys (2 to 16)
#endif
#ifndef KEY_BLOCK
#define KEY_BLOCK 640  // keys between two updates of the running maximum, a multiple of PANEL (64 to 1024)
#endif
#define QUERY_BLOCK (QUERY_TILES * TILE_ROWS)

// One head of one crop as it lies in memory.
typedef struct {
    cpu_type type;
    size_t tokens, head_width, stride;  // elements between tokens
    const char *queries, *keys, *values, *next;
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
INLINE void pack_queries(const attention_head *h, size_t first, size_t count, size_t rows, size_t stride,
                         uint32_t *packed) {
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
