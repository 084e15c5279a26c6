// The kernels for x86-64 with AVX2 and FMA.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VECTOR_WIDTH 8
#define TILE_ROWS 6  // 12 sums, 2 panel vectors and a factor fit 16 registers
#define HAS_DOT_PRODUCTS 0
#define STEPS_A_TURN 4
#include "forms.h"
#pragma clang attribute pop

const cpu_kernels cpu_kernels_avx2 = KERNELS("avx2");
#endif
