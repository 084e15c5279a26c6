// Which kernels a processor can run.
#include "CPUKernels.h"

extern const cpu_kernels cpu_kernels_portable;

#if defined(__x86_64__)
extern const cpu_kernels cpu_kernels_avx2, cpu_kernels_avx512, cpu_kernels_avx512_dot;

enum {
    avx2 = cpu_instructions_avx2 | cpu_instructions_fma,
    avx512 = cpu_instructions_avx512f | cpu_instructions_avx512bw | cpu_instructions_avx512dq | cpu_instructions_avx512vl,
    avx512_dot = avx512 | cpu_instructions_avx512bf16 | cpu_instructions_avx512vnni,
};

uint32_t cpu_instructions_here(void) {
    uint32_t found = 0;
#define FIND(name) found |= __builtin_cpu_supports(#name) ? cpu_instructions_##name : 0
    FIND(avx2);
    FIND(fma);
    FIND(avx512f);
    FIND(avx512bw);
    FIND(avx512dq);
    FIND(avx512vl);
    FIND(avx512bf16);
    FIND(avx512vnni);
    return found;
}

static const cpu_kernels *if_enough(const cpu_kernels *kernels, uint32_t needed, uint32_t instructions) {
    return (instructions & needed) == needed ? kernels : NULL;
}

const cpu_kernels *cpu_kernels_for(cpu_form form, uint32_t instructions) {
    switch (form) {
    case cpu_form_portable: return &cpu_kernels_portable;
    case cpu_form_avx2: return if_enough(&cpu_kernels_avx2, avx2, instructions);
    case cpu_form_avx512: return if_enough(&cpu_kernels_avx512, avx512, instructions);
    case cpu_form_avx512_dot: return if_enough(&cpu_kernels_avx512_dot, avx512_dot, instructions);
    }
    return NULL;
}
#else
uint32_t cpu_instructions_here(void) { return 0; }

const cpu_kernels *cpu_kernels_for(cpu_form form, uint32_t instructions) {
    (void)instructions;
    return form == cpu_form_portable ? &cpu_kernels_portable : NULL;
}
#endif
