// Which kernels this processor can run.
#include "CPUKernels.h"

extern const cpu_kernels cpu_kernels_portable;
#if defined(__x86_64__)
extern const cpu_kernels cpu_kernels_avx2, cpu_kernels_avx512, cpu_kernels_avx512_dot;

static int has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

const cpu_kernels *cpu_kernels_for(cpu_form form) {
    switch (form) {
    case cpu_form_portable:
        return &cpu_kernels_portable;
#if defined(__x86_64__)
    case cpu_form_avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &cpu_kernels_avx2 : NULL;
    case cpu_form_avx512:
        return has_avx512() ? &cpu_kernels_avx512 : NULL;
    case cpu_form_avx512_dot:
        return has_avx512() && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni")
            ? &cpu_kernels_avx512_dot
            : NULL;
#endif
    default:
        return NULL;
    }
}
