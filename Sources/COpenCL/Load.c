#include "COpenCL.h"

#include <dlfcn.h>
#include <stdio.h>

const char *opencl_load(const char *path, opencl_functions *functions) {
    static _Thread_local char reason[512];
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(reason, sizeof reason, "%s", dlerror());
        return reason;
    }
#define OPENCL_LOOK_UP(name) \
    *(void **)&functions->name = dlsym(library, #name); \
    if (!functions->name) { \
        snprintf(reason, sizeof reason, "%s has no function " #name ", which OpenCL 1.2 has", path); \
        return reason; \
    }
    OPENCL_FUNCTIONS(OPENCL_LOOK_UP)
#undef OPENCL_LOOK_UP
    return NULL;
}
