// Which kernels this processor can run.
#include "CPUKernels.h"

extern const cpu_kernels cpu_kernels_portable;
#if defined(__x86_64__)
extern const cpu_kernels cpu_kernels_avx2, cpu_kernels_avx512;
#endif

const cpu_kernels *cpu_kernels_for(cpu_form form) {
    switch (form) {
    case cpu_form_portable:
        return &cpu_kernels_portable;
#if defined(__x86_64__)
    case cpu_form_avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &cpu_kernels_avx2 : NULL;
    case cpu_form_avx512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
            ? &cpu_kernels_avx512
            : NULL;
#endif
    default:
        return NULL;
    }
}
