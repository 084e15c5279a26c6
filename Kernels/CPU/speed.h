// What the processor can do at best, for the roof of a roofline: multiply-adds that never leave the registers, and
// plain passes over memory.
// layout    copy: output[i] = input[i]; triad: output[i] = a[i] + scale * b[i]
// requires  count is a multiple of 2 * VECTOR_WIDTH; output does not overlap the inputs
// numerics  float32 sums tend to 1 in every lane, far from overflow and from subnormal numbers; bfloat16 sums grow by
//           5e-4 a round, 8-bit sums stay. Forms without dot products measure float32 for all
#pragma once
#include "multiply_quads.h"

// Independent sums: enough that every multiply-add unit always finds one whose last result is ready.
#define CHAINS (2 * TILE_ROWS)

// Runs `rounds` multiply-adds in each lane of each chain, of the arithmetic's factors as the products of this form do
// them. Gives the operations that took, two for each multiply-add; the chains' sum goes to `result`, so that the
// compiler cannot leave the work out.
static size_t multiply_add(cpu_arithmetic arithmetic, size_t rounds, float *result) {
    vec total = {};
    size_t group = 1;
#if HAS_DOT_PRODUCTS
    if (arithmetic == cpu_arithmetic_bfloat16) {
        vec sums[CHAINS];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < CHAINS; i++) sums[i] = splat(1 + 0.125f * (float)i);
        __m512bh factor = (__m512bh)_mm512_set1_epi32(0x3f003f00), addend = (__m512bh)_mm512_set1_epi32(0x3a003a00);
        for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
            for (size_t i = 0; i < CHAINS; i++) sums[i] = (vec)_mm512_dpbf16_ps((__m512)sums[i], factor, addend);
            __asm__ volatile("" : "+v"(sums[0]));
        }
#pragma clang loop unroll(full)
        for (size_t i = 0; i < CHAINS; i++) total = total + sums[i];
        group = 2;
    } else if (arithmetic == cpu_arithmetic_int8) {
        ivec sums[CHAINS];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < CHAINS; i++) sums[i] = (int32_t)i - (ivec){};
        ivec a = 0x01010101 - (ivec){}, b = 0x01ff01ff - (ivec){};
        for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
            for (size_t i = 0; i < CHAINS; i++) sums[i] = dot_of_bytes(sums[i], a, b);
            __asm__ volatile("" : "+v"(sums[0]));
        }
#pragma clang loop unroll(full)
        for (size_t i = 0; i < CHAINS; i++) total = total + __builtin_convertvector(sums[i], vec);
        group = 4;
    } else
#endif
    {
        (void)arithmetic;
        vec sums[CHAINS];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < CHAINS; i++) sums[i] = splat(1 + 0.125f * (float)i);
        vec factor = splat(0.5f), addend = splat(0.5f);
        for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
            for (size_t i = 0; i < CHAINS; i++) sums[i] = sums[i] * factor + addend;
        }
#pragma clang loop unroll(full)
        for (size_t i = 0; i < CHAINS; i++) total = total + sums[i];
    }
    *result = sum_lanes(total);
    return 2 * rounds * CHAINS * VECTOR_WIDTH * group;
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
