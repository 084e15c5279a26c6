// The kernels for the compiler's baseline: SSE2 on x86-64, NEON on Arm, anything elsewhere.
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#define VECTOR_WIDTH 4
#define TILE_ROWS 6  // 12 sums, 2 panel vectors and a factor fit 16 registers
#define HAS_DOT_PRODUCTS 0
#include "forms.h"

const cpu_kernels cpu_kernels_portable = KERNELS("portable");
