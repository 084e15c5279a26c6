#include "State.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const unsigned magic = 0xFA7403;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static fake_opencl_counts counts;
static long memory_limit, allocation_limit, failing_call;
static cl_int failing_status;
static int failure_loses_context;
static char last_binary[1 << 16];

long fake_memory(void) { return memory_limit; }
long fake_allocation(void) { return allocation_limit; }

void fake_opencl_reset(long memory, long allocation) {
    pthread_mutex_lock(&lock);
    counts = (fake_opencl_counts){0};
    memory_limit = memory;
    allocation_limit = allocation;
    failing_call = 0;
    pthread_mutex_unlock(&lock);
    fake_opencl_be_nvidia(0, 0);
    fake_opencl_compile_to("fake", 4);
    fake_opencl_refuse_binaries(0);
    fake_opencl_set_clock(FAKE_CLOCK_FORWARDS);
    fake_opencl_break(FAKE_BROKEN_NOTHING);
    fake_opencl_limit_launches(0);
    fake_opencl_be_processor(-1);
}

void fake_opencl_fail(long call, cl_int status, int loses_context) {
    pthread_mutex_lock(&lock);
    failing_call = call > 0 ? counts.calls + call : 0;
    failing_status = status;
    failure_loses_context = loses_context;
    pthread_mutex_unlock(&lock);
}

fake_opencl_counts fake_opencl_now(void) {
    pthread_mutex_lock(&lock);
    fake_opencl_counts now = counts;
    pthread_mutex_unlock(&lock);
    return now;
}

cl_int enter(const char *name, object *context) {
    pthread_mutex_lock(&lock);
    cl_int status = context && context->is_lost ? CL_INVALID_COMMAND_QUEUE : CL_SUCCESS;
    counts.calls++;
    if (counts.calls == failing_call) {
        status = failing_status;
        counts.last_call = name;
        if (failure_loses_context && context) context->is_lost = 1;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

object *check_handle(const void *handle, enum kind kind) {
    object *object = (struct object *)handle;
    if (object && object->magic == magic && object->kind == kind && !object->is_released) return object;
    pthread_mutex_lock(&lock);
    counts.misuses++;
    pthread_mutex_unlock(&lock);
    return NULL;
}

object *create(const char *name, enum kind kind, object *context, size_t size, cl_int *status) {
    cl_int result = enter(name, context);
    pthread_mutex_lock(&lock);
    if (result == CL_SUCCESS && size > (size_t)allocation_limit) result = CL_INVALID_BUFFER_SIZE;
    if (result == CL_SUCCESS && counts.live_bytes + (long)size > memory_limit)
        result = CL_MEM_OBJECT_ALLOCATION_FAILURE;
    object *made = NULL;
    if (result == CL_SUCCESS) {
        made = calloc(1, sizeof *made);
        made->magic = magic;
        made->kind = kind;
        made->context = context ? context : made;
        made->size = size;
        made->bytes = size ? calloc(1, size) : NULL;
        counts.live_objects++;
        counts.live_bytes += (long)size;
        if (counts.live_bytes > counts.peak_bytes) counts.peak_bytes = counts.live_bytes;
        if (kind == CONTEXT) counts.contexts++;
    }
    pthread_mutex_unlock(&lock);
    if (status) *status = result;
    return made;
}

cl_int release(void *handle, enum kind kind) {
    object *object = check_handle(handle, kind);
    if (!object) return CL_INVALID_VALUE;
    pthread_mutex_lock(&lock);
    object->is_released = 1;
    free(object->bytes);
    object->bytes = NULL;
    counts.live_objects--;
    counts.live_bytes -= (long)object->size;
    pthread_mutex_unlock(&lock);
    return CL_SUCCESS;
}

void count_mapping(int change) {
    pthread_mutex_lock(&lock);
    counts.live_mappings += change;
    pthread_mutex_unlock(&lock);
}

void count_source(void) {
    pthread_mutex_lock(&lock);
    counts.sources++;
    pthread_mutex_unlock(&lock);
}

void count_binary(const void *bytes, size_t count) {
    pthread_mutex_lock(&lock);
    counts.binaries++;
    size_t kept = count < sizeof last_binary - 1 ? count : sizeof last_binary - 1;
    memcpy(last_binary, bytes, kept);
    last_binary[kept] = 0;
    pthread_mutex_unlock(&lock);
}

const char *fake_opencl_last_binary(void) { return last_binary; }
