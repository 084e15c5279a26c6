// What the processor can do at best, for the roof of a roofline: multiply-adds that never leave the registers, and
// plain passes over memory.
// layout    copy: output[i] = input[i]; triad: output[i] = a[i] + scale * b[i]
// requires  count is a multiple of 2 * VECTOR_WIDTH; output does not overlap the inputs
// numerics  multiply_add tends to 1 in every lane, far from overflow and from subnormal numbers
#pragma once
#include "vectors.h"

// Independent sums: enough that every multiply-add unit always finds one whose last result is ready.
#define CHAINS (2 * TILE_ROWS)

// Runs `rounds` multiply-adds in each lane of each chain. Gives the floating-point operations that took; the chains'
// sum goes to `result`, so that the compiler cannot leave the work out.
static size_t multiply_add(size_t rounds, float *result) {
    vec sums[CHAINS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CHAINS; i++) sums[i] = splat(1 + 0.125f * (float)i);
    vec factor = splat(0.5f), addend = splat(0.5f);
    for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < CHAINS; i++) sums[i] = sums[i] * factor + addend;
    }
    vec total = {};
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CHAINS; i++) total = total + sums[i];
    *result = sum_lanes(total);
    return 2 * rounds * CHAINS * VECTOR_WIDTH;
}

static void copy(size_t count, const float *restrict input, float *restrict output) {
    for (size_t i = 0; i < count; i += 2 * VECTOR_WIDTH) {
        store(output + i, load(input + i));
        store(output + i + VECTOR_WIDTH, load(input + i + VECTOR_WIDTH));
    }
}

static void triad(size_t count, const float *restrict a, const float *restrict b, float scale, float *restrict output) {
    vec factor = splat(scale);
    for (size_t i = 0; i < count; i += 2 * VECTOR_WIDTH) {
        store(output + i, factor * load(b + i) + load(a + i));
        store(output + i + VECTOR_WIDTH, factor * load(b + i + VECTOR_WIDTH) + load(a + i + VECTOR_WIDTH));
    }
}
