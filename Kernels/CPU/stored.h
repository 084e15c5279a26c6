// Elements of tensors as vectors of float32, whatever type they are stored in.
// numerics  bfloat16 is widened exactly and rounded to nearest even; NaN stays NaN
#pragma once
#include "vectors.h"

typedef uint16_t half_words __attribute__((vector_size(2 * VECTOR_WIDTH)));

INLINE vec widened(half_words h) { return (vec)(__builtin_convertvector(h, uvec) << 16); }

// The upper halves of the lanes, rounded to nearest even.
INLINE half_words narrowed(vec v) {
#if HAS_DOT_PRODUCTS
    return (half_words)_mm512_cvtneps_pbh((__m512)v);
#else
    uvec bits = (uvec)v, is_nan = (uvec)(v != v);
    uvec rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    return __builtin_convertvector((is_nan & 0x7fc0) | (~is_nan & rounded), half_words);
#endif
}

// float32 lanes with the precision of bfloat16.
INLINE vec rounded_to_bfloat16(vec v) { return widened(narrowed(v)); }

INLINE size_t byte_count(cpu_type type) { return type == cpu_type_float32 ? 4 : 2; }

// The address of an element.
INLINE void *element(const cpu_values *values, size_t index) {
    return (char *)values->base + index * byte_count(values->type);
}

// The first `part` of VECTOR_WIDTH elements at `p`; the other lanes are 0.
INLINE vec load_stored(cpu_type type, const void *p, size_t part) {
    if (type == cpu_type_float32) return part == VECTOR_WIDTH ? load(p) : load_part(p, part);
    half_words h = {};
    if (part == VECTOR_WIDTH) memcpy(&h, p, sizeof h);
    else memcpy(&h, p, part * 2);
    return widened(h);
}

INLINE void store_stored(cpu_type type, void *p, vec v, size_t part) {
    if (type == cpu_type_float32) {
        if (part == VECTOR_WIDTH) store(p, v);
        else store_part(p, v, part);
    } else {
        half_words h = narrowed(v);
        if (part == VECTOR_WIDTH) memcpy(p, &h, sizeof h);
        else memcpy(p, &h, part * 2);
    }
}

// Copies `count` elements and changes their type on the way.
static void convert(size_t count, const cpu_values *input, size_t first, const cpu_values *output,
                    size_t output_first) {
    const char *source = element(input, first);
    char *place = element(output, output_first);
    if (input->type == output->type) {
        memcpy(place, source, count * byte_count(input->type));
        return;
    }
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        size_t part = count - i < VECTOR_WIDTH ? count - i : VECTOR_WIDTH;
        vec v = load_stored(input->type, source + i * byte_count(input->type), part);
        store_stored(output->type, place + i * byte_count(output->type), v, part);
    }
}
