// Vectors of VECTOR_WIDTH floats as clang's vector extensions have them; the file that includes this one sets the
// width and the target instructions. Multiplication followed by addition in one expression becomes a fused
// multiply-add where the target has it.
#pragma once
#include "CPUKernels.h"
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(4 * VECTOR_WIDTH)));
typedef int32_t ivec __attribute__((vector_size(4 * VECTOR_WIDTH)));
typedef uint32_t uvec __attribute__((vector_size(4 * VECTOR_WIDTH)));
typedef float loose_vec __attribute__((vector_size(4 * VECTOR_WIDTH), aligned(4)));
typedef uint32_t loose_uvec __attribute__((vector_size(4 * VECTOR_WIDTH), aligned(4)));

INLINE size_t round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

INLINE vec load(const float *p) { return *(const loose_vec *)p; }
INLINE uvec load_words(const uint32_t *p) { return *(const loose_uvec *)p; }
INLINE void store(float *p, vec v) { *(loose_vec *)p = v; }
INLINE vec splat(float x) { return x - (vec){}; }

// The first `count` lanes; the others are 0.
INLINE vec load_part(const float *p, size_t count) {
    vec v = {};
    memcpy(&v, p, count * sizeof(float));
    return v;
}
INLINE void store_part(float *p, vec v, size_t count) { memcpy(p, &v, count * sizeof(float)); }

// where ? a : b, lane by lane; `where` holds 0 or -1.
INLINE vec choose(ivec where, vec a, vec b) { return (vec)((where & (ivec)a) | (~where & (ivec)b)); }

INLINE float sum_lanes(vec v) {
    float lanes[VECTOR_WIDTH];
    memcpy(lanes, &v, sizeof lanes);
    for (size_t width = VECTOR_WIDTH / 2; width > 0; width /= 2)
        for (size_t i = 0; i < width; i++) lanes[i] += lanes[i + width];
    return lanes[0];
}

// The greatest lane of a vector without NaN.
INLINE float max_lanes(vec v) {
    float lanes[VECTOR_WIDTH];
    memcpy(lanes, &v, sizeof lanes);
    for (size_t width = VECTOR_WIDTH / 2; width > 0; width /= 2)
        for (size_t i = 0; i < width; i++) lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
    return lanes[0];
}
