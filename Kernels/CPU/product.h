// product: output = epilogue(input W^T), each row's input gathered from taps: a linear map has one tap, a convolution
// one for each cell of its kernel. A block of rows is copied next to each other, depth_block of the depth at a time,
// and goes panel by panel through the innermost product; the last block's sums are finished while they are in cache.
// layout    input and output as cpu_rows tells; weights as packed_weights.h has them; first_column is a multiple of
//           PANEL
// scratch   product_scratch(product, rows, columns) bytes, 64-byte aligned
// numerics  sums are float32. float32 and bfloat16: the input in that type. int8: for each row and block of the depth,
//           the inputs' range becomes 0 ... 255. A NaN makes its row NaN
// order     of summation depends on the depth alone, so that rows may be cut anywhere
#pragma once
#include "finish_rows.h"
#include "multiply_quads.h"
#include "packed_weights.h"

// Words between rows of a block: 2 KB (4 KB, 1 KB or 2 KB), and a cache line so that rows do not fall into the same sets.
INLINE size_t block_stride(cpu_arithmetic arithmetic) {
    return arithmetic == cpu_arithmetic_int8 ? 1024 / 4 * QUAD_FACTORS + 16
        : arithmetic == cpu_arithmetic_bfloat16 ? 512 * PAIR_FACTORS + 16
                                                : 512 + 16;
}

// How a block holds its factors: where multiply-adds do the work of dot products, bfloat16 lies there as float32.
INLINE cpu_type block_type(cpu_arithmetic arithmetic) {
    return arithmetic == cpu_arithmetic_bfloat16 && PAIR_FACTORS == 1 ? cpu_type_bfloat16 : cpu_type_float32;
}

// Copies the channels of one tap, or zeros, to elements `index` on of a block's row; float32 and bfloat16.
INLINE void copy_tap(const cpu_product *p, cpu_arithmetic arithmetic, const char *source, size_t count, size_t index,
                     uint32_t *row) {
    cpu_type type = p->input.type, wanted = block_type(arithmetic);
    int rounds = arithmetic == cpu_arithmetic_bfloat16 && wanted == cpu_type_float32 && type == cpu_type_float32;
    char *place = (char *)row + index * byte_count(wanted);
    if (!source) {
        memset(place, 0, count * byte_count(wanted));
        return;
    }
    if (type == wanted && !p->rectifies && !rounds) {
        memcpy(place, source, count * byte_count(wanted));
        return;
    }
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        size_t part = count - i < VECTOR_WIDTH ? count - i : VECTOR_WIDTH;
        vec v = load_stored(type, source + i * byte_count(type), part);
        if (p->rectifies) v = rectified(v);
        if (rounds) v = rounded_to_bfloat16(v);
        store_stored(wanted, place + i * byte_count(wanted), v, part);
    }
}

// Turns `count` floats into bytes; gives the scale and the least value by which they can be read. NaN and infinities
// make the scale NaN.
INLINE void quantise(size_t count, const float *values, uint8_t *bytes, float *scale, float *least) {
    float low = __builtin_inff(), high = -__builtin_inff(), check = 0;
    vec lows = splat(low), highs = splat(high), checks = {};
    size_t i = 0;
    for (; i + VECTOR_WIDTH <= count; i += VECTOR_WIDTH) {
        vec v = load(values + i);
        lows = choose(v < lows, v, lows);
        highs = choose(v > highs, v, highs);
        checks = v * 0.0f + checks;
    }
    for (; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
        check += values[i] * 0.0f;
    }
    low = -max_lanes(choose(-lows > -low, -lows, splat(-low)));
    high = max_lanes(choose(highs > high, highs, splat(high)));
    check += sum_lanes(checks);
    int is_sound = check == 0;
    float width = is_sound ? high - low : 0;
    float steps = width > 0 ? 255 / width : 0;
    *scale = is_sound ? width / 255 : check;
    *least = is_sound ? low : 0;
    for (i = 0; i < count; i += VECTOR_WIDTH) {
        size_t part = count - i < VECTOR_WIDTH ? count - i : VECTOR_WIDTH;
        typedef uint8_t byte_vec __attribute__((vector_size(VECTOR_WIDTH)));
        vec v = is_sound ? (load_stored(cpu_type_float32, values + i, part) - low) * steps + 0.5f : (vec){};
        v = choose(v > 255.0f, splat(255.0f), v);
        byte_vec b = __builtin_convertvector(__builtin_convertvector(v, ivec), byte_vec);
        memcpy(bytes + i, &b, part);
    }
}

// Elements `begin` up to `begin + count` of one row's gathered input.
INLINE void copy_row(const cpu_product *p, cpu_arithmetic arithmetic, packed_shape s, const cpu_rows *rows, size_t row,
                     size_t begin, size_t count, uint32_t *place) {
    for (size_t done = 0; done < count;) {
        size_t tap = (begin + done) / s.channels, channel = (begin + done) % s.channels;
        size_t wanted = s.channels - channel < count - done ? s.channels - channel : count - done;
        size_t real = channel >= p->channel_count ? 0
            : p->channel_count - channel < wanted ? p->channel_count - channel
                                                  : wanted;
        ptrdiff_t offset = rows->inputs[tap * rows->count + row];
        const char *source = offset < 0 ? NULL : element(&p->input, (size_t)offset + channel);
        copy_tap(p, arithmetic, source, real, done, place);
        copy_tap(p, arithmetic, NULL, wanted - real, done + real, place);
        done += wanted;
    }
}

// Copies rows of the block, and zero rows up to a whole tile.
INLINE void fill_block(const cpu_product *p, cpu_arithmetic arithmetic, packed_shape s, const cpu_rows *rows,
                       size_t begin, size_t count, uint32_t *block, float *scales, float *least) {
    size_t stride = block_stride(arithmetic), padded = round_up(rows->count, TILE_ROWS);
    memset(block + rows->count * stride, 0, (padded - rows->count) * stride * sizeof *block);
    float values[1024];
    for (size_t row = 0; row < rows->count; row++) {
        if (arithmetic == cpu_arithmetic_int8) {
            copy_row(p, cpu_arithmetic_float32, s, rows, row, begin, count, (uint32_t *)values);
            uint32_t words[1024 / 4];
            quantise(count, values, (uint8_t *)words, scales + row, least + row);
            store_quads(count / 4, words, block + row * stride);
        } else {
            copy_row(p, arithmetic, s, rows, row, begin, count, block + row * stride);
        }
    }
    if (arithmetic == cpu_arithmetic_int8)
        for (size_t row = rows->count; row < padded; row++) scales[row] = least[row] = 0;
}

// Columns between two rows of sums: all of them if they wait for further blocks, else those of one panel.
INLINE size_t sums_width(packed_shape s, size_t columns) {
    return s.block_count > 1 ? round_up(columns, PANEL) : PANEL;
}

static size_t product_scratch(const cpu_product *p, size_t row_count, size_t columns) {
    packed_shape s = shape_of_packed(p->arithmetic, p->column_count, p->tap_count, p->channel_count);
    size_t rows = round_up(row_count, TILE_ROWS);
    return rows * 4 * (sums_width(s, columns) + block_stride(p->arithmetic) + 2);
}

// Fetches PANEL elements from `column` on of the rows of the tile at `row`, which begin at the elements `starts`.
INLINE void fetch_rows(const cpu_values *values, const ptrdiff_t *starts, size_t column, size_t row, size_t row_count) {
    size_t end = row + TILE_ROWS < row_count ? row + TILE_ROWS : row_count;
    for (; row < end; row++) {
        if (starts[row] < 0) continue;
        const char *place = element(values, (size_t)starts[row] + column);
        for (size_t byte = 0; byte < PANEL * byte_count(values->type); byte += CACHE_LINE)
            __builtin_prefetch(place + byte, 0, 2);
    }
}

// Fetches what follows when a tile of a panel is done: in the last block its places in the output, which residuals often
// share; before it, of a linear map, a panel's width of the next block's inputs.
INLINE void fetch_for_tile(const cpu_product *p, const cpu_rows *rows, size_t row, int is_last, size_t output_column,
                           size_t input_column) {
    if (is_last) fetch_rows(&p->output, rows->outputs, output_column, row, rows->count);
    else if (p->tap_count == 1) fetch_rows(&p->input, rows->inputs, input_column, row, rows->count);
}

INLINE void product_with(cpu_arithmetic arithmetic, const cpu_product *p, const cpu_rows *rows, size_t first_column,
                         size_t column_count, void *scratch) {
    packed_shape s = shape_of_packed(arithmetic, p->column_count, p->tap_count, p->channel_count);
    size_t padded = round_up(rows->count, TILE_ROWS), width = sums_width(s, column_count);
    size_t stride = block_stride(arithmetic);
    uint32_t *block = scratch;
    float *sums = (float *)(block + padded * stride), *scales = sums + padded * width, *least = scales + padded;
    const float *column_scales = p->weights;
    const uint32_t *panels = (const uint32_t *)((const char *)p->weights + scales_size(arithmetic, s));

    for (size_t b = 0; b < s.block_count; b++) {
        size_t begin = b * depth_block(arithmetic), rest = s.depth - begin;
        size_t count = rest < depth_block(arithmetic) ? rest : depth_block(arithmetic);
        fill_block(p, arithmetic, s, rows, begin, count, block, scales, least);
        for (size_t column = 0; column < column_count; column += PANEL) {
            const uint32_t *panel = panel_at(panels, s, first_column + column, begin);
            const uint32_t *next = column + PANEL < column_count
                ? panel_at(panels, s, first_column + column + PANEL, begin)
                : panel_at(panels, s, first_column, b + 1 < s.block_count ? begin + count : 0);
            float *place = sums + (s.block_count > 1 ? column : 0);
            for (size_t row = 0; row < padded; row += TILE_ROWS) {
                const uint32_t *a = block + row * stride;
                float *c = place + row * width;
                const char *ahead = share_of_panel(arithmetic, next, count / s.group, row);
                fetch_for_tile(p, rows, row, b + 1 == s.block_count, first_column + column, begin + count + column);
                if (arithmetic == cpu_arithmetic_float32) {
                    multiply_tile(count, (const float *)a, stride, (const float *)panel, b > 0, c, width, ahead);
                } else if (arithmetic == cpu_arithmetic_bfloat16) {
                    multiply_pairs(count / 2, (const pair_factor *)a, stride, panel, b > 0, c, width, ahead);
                } else {
                    byte_scales bytes = {scales + row, least + row, column_scales + first_column + column,
                                         column_scales + (1 + b) * s.columns + first_column + column};
                    multiply_quads(count / 4, a, stride, panel, &bytes, b > 0, c, width, ahead);
                }
            }
            size_t part = column_count - column < PANEL ? column_count - column : PANEL;
            if (b + 1 == s.block_count)
                finish_rows(&p->epilogue, rows, first_column + column, part, place, width, &p->output);
        }
    }
}

static void product(const cpu_product *p, const cpu_rows *rows, size_t first_column, size_t column_count,
                    void *scratch) {
    switch (p->arithmetic) {
    case cpu_arithmetic_float32:
        product_with(cpu_arithmetic_float32, p, rows, first_column, column_count, scratch);
        break;
    case cpu_arithmetic_bfloat16:
        product_with(cpu_arithmetic_bfloat16, p, rows, first_column, column_count, scratch);
        break;
    case cpu_arithmetic_int8:
        product_with(cpu_arithmetic_int8, p, rows, first_column, column_count, scratch);
        break;
    }
}
