// A real driver whose device does not survive one kernel.
#include "FakeOpenCL.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static opencl_functions driver;
static char poison[1024];
static const void *poisoned[CAPACITY]; // programs and kernels
static int is_lost;

static int is_poisoned(const void *handle) {
    for (int i = 0; i < CAPACITY; i++)
        if (poisoned[i] == handle) return 1;
    return 0;
}

// A driver may give the address of what was released to something new.
static void mark(const void *handle, int value) {
    for (int i = 0; i < CAPACITY; i++)
        if (poisoned[i] == handle) poisoned[i] = NULL;
    for (int i = 0; value; i++) {
        if (i == CAPACITY) abort();
        if (poisoned[i]) continue;
        poisoned[i] = handle;
        return;
    }
}

static int has_all(const char *options) {
    char wanted[sizeof poison], *rest = wanted;
    strcpy(wanted, poison);
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        const char *at = options, *found = NULL;
        while (!found && (at = strstr(at, word))) {
            char after = at[strlen(word)];
            if (after == 0 || after == ' ') found = at;
            at++;
        }
        if (!found) return 0;
    }
    return 1;
}

static cl_context create_context(const cl_context_properties *properties, cl_uint count, const cl_device_id *devices, void (*notify)(const char *, const void *, size_t, void *), void *data, cl_int *status) {
    pthread_mutex_lock(&lock);
    is_lost = 0;
    pthread_mutex_unlock(&lock);
    return driver.clCreateContext(properties, count, devices, notify, data, status);
}

static cl_int build_program(cl_program program, cl_uint count, const cl_device_id *devices, const char *options, void (*notify)(cl_program, void *), void *data) {
    pthread_mutex_lock(&lock);
    mark(program, options && has_all(options));
    pthread_mutex_unlock(&lock);
    return driver.clBuildProgram(program, count, devices, options, notify, data);
}

static cl_kernel create_kernel(cl_program program, const char *name, cl_int *status) {
    cl_kernel kernel = driver.clCreateKernel(program, name, status);
    pthread_mutex_lock(&lock);
    mark(kernel, is_poisoned(program));
    pthread_mutex_unlock(&lock);
    return kernel;
}

static cl_int launch(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *start, const size_t *global, const size_t *local, cl_uint count, const cl_event *list, cl_event *event) {
    pthread_mutex_lock(&lock);
    cl_int status = is_lost ? CL_INVALID_COMMAND_QUEUE : is_poisoned(kernel) ? CL_OUT_OF_RESOURCES : CL_SUCCESS;
    if (status) is_lost = 1;
    pthread_mutex_unlock(&lock);
    return status ? status : driver.clEnqueueNDRangeKernel(queue, kernel, dimensions, start, global, local, count, list, event);
}

void fake_opencl_poison(opencl_functions *functions, const char *options) {
    pthread_mutex_lock(&lock);
    driver = *functions;
    strncpy(poison, options, sizeof poison - 1);
    memset(poisoned, 0, sizeof poisoned);
    is_lost = 0;
    pthread_mutex_unlock(&lock);
    functions->clCreateContext = create_context;
    functions->clBuildProgram = build_program;
    functions->clCreateKernel = create_kernel;
    functions->clEnqueueNDRangeKernel = launch;
}
