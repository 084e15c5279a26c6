// The kernels for x86-64 with AVX-512 and its dot products of bfloat16 and of 8-bit integers (Zen 4, Sapphire Rapids).
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni"))), apply_to = function)
#define VECTOR_WIDTH 16
#define TILE_ROWS 12  // 24 sums, 2 panel vectors and a factor fit 32 registers
#define HAS_DOT_PRODUCTS 1
#include "forms.h"
#pragma clang attribute pop

const cpu_kernels cpu_kernels_avx512_dot = KERNELS("avx512_dot");
#endif
