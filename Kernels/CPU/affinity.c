// The processors that the scheduler may run this process on.
#define _GNU_SOURCE
#include "CPUKernels.h"
#if defined(__linux__)
#include <sched.h>
#endif

size_t cpu_affinity_count(void) {
#if defined(__linux__)
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) == 0) return (size_t)CPU_COUNT(&mask);
#endif
    return 0;
}
