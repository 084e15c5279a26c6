// The kernels for x86-64 with AVX-512.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define VECTOR_WIDTH 16
#define TILE_ROWS 12  // 24 sums, 2 panel vectors and a factor fit 32 registers
#define HAS_DOT_PRODUCTS 0
#include "forms.h"
#pragma clang attribute pop

const cpu_kernels cpu_kernels_avx512 = KERNELS("avx512");
#endif
