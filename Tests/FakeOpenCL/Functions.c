// The driver's functions, each after the real one of its name. Handles are checked, sizes are kept to, nothing computes.
#include "State.h"

#include <stdint.h>
#include <string.h>

long fake_memory(void);
long fake_allocation(void);

static int fake_forbids_contexts, fake_loses_on_launch, fake_refuses_binaries, fake_major, fake_minor;
static enum fake_opencl_clock fake_clock;
static enum fake_opencl_broken fake_broken;
static long fake_launch_memory;
static int fake_vector_width = -1;
static const char *fake_compiled = "fake";
static size_t fake_compiled_count = 4;

void fake_opencl_forbid_contexts(int forbids) { fake_forbids_contexts = forbids; }
void fake_opencl_refuse_binaries(int refuses) { fake_refuses_binaries = refuses; }
void fake_opencl_be_nvidia(int major, int minor) { fake_major = major, fake_minor = minor; }
void fake_opencl_compile_to(const char *bytes, size_t count) { fake_compiled = bytes, fake_compiled_count = count; }

void fake_opencl_set_clock(enum fake_opencl_clock clock) { fake_clock = clock; }
void fake_opencl_break(enum fake_opencl_broken part) { fake_broken = part; }
void fake_opencl_limit_launches(long bytes) { fake_launch_memory = bytes; }
void fake_opencl_be_processor(int vector_width) { fake_vector_width = vector_width; }

static char platform_identity, device_identity, broken_identity;

#define ENTER(context) \
    do { \
        cl_int entered = enter(__func__, context); \
        if (entered != CL_SUCCESS) return entered; \
    } while (0)

#define HANDLE(name, handle, kind) \
    struct object *name = check_handle(handle, kind); \
    if (!name) return CL_INVALID_VALUE

static cl_int give(const void *value, size_t count, size_t size, void *destination, size_t *needed) {
    if (needed) *needed = count;
    if (destination && size < count) return CL_INVALID_VALUE;
    if (destination) memcpy(destination, value, count);
    return CL_SUCCESS;
}

static cl_int give_text(const char *text, size_t size, void *destination, size_t *needed) {
    return give(text, strlen(text) + 1, size, destination, needed);
}

static cl_int clGetPlatformIDs_(cl_uint count, cl_platform_id *platforms, cl_uint *found) {
    ENTER(NULL);
    // What is broken comes first.
    cl_uint known = fake_broken == FAKE_BROKEN_PLATFORM ? 2 : 1;
    if (found) *found = known;
    for (cl_uint i = 0; platforms && i < count && i < known; i++)
        platforms[i] = (cl_platform_id)(i + 1 < known ? &broken_identity : &platform_identity);
    return CL_SUCCESS;
}

static cl_int clGetPlatformInfo_(cl_platform_id platform, cl_platform_info item, size_t size, void *value, size_t *needed) {
    ENTER(NULL);
    if (platform == (cl_platform_id)&broken_identity) return CL_INVALID_PLATFORM;
    return give_text(item == CL_PLATFORM_VERSION ? "OpenCL 1.2 fake" : "Fake platform", size, value, needed);
}

static cl_int clGetDeviceIDs_(cl_platform_id platform, cl_device_type type, cl_uint count, cl_device_id *devices, cl_uint *found) {
    (void)platform, (void)type;
    ENTER(NULL);
    cl_uint known = fake_broken == FAKE_BROKEN_DEVICE ? 2 : 1;
    if (found) *found = known;
    for (cl_uint i = 0; devices && i < count && i < known; i++)
        devices[i] = (cl_device_id)(i + 1 < known ? &broken_identity : &device_identity);
    return CL_SUCCESS;
}

static cl_int clGetDeviceInfo_(cl_device_id device, cl_device_info item, size_t size, void *value, size_t *needed) {
    ENTER(NULL);
    if (device == (cl_device_id)&broken_identity || fake_broken == FAKE_BROKEN_EVERYTHING) return CL_INVALID_DEVICE;
    if (item == CL_DEVICE_HOST_UNIFIED_MEMORY && fake_broken == FAKE_BROKEN_OLD_QUERY) return CL_INVALID_VALUE;
    cl_ulong number = 1;
    switch (item) {
    case CL_DEVICE_NAME: return give_text("Fake GPU", size, value, needed);
    case CL_DEVICE_VENDOR: return give_text("Fakes", size, value, needed);
    case CL_DRIVER_VERSION: return give_text("1", size, value, needed);
    case CL_DEVICE_VERSION: return give_text("OpenCL 1.2 fake", size, value, needed);
    case CL_DEVICE_OPENCL_C_VERSION: return give_text("OpenCL C 1.2 fake", size, value, needed);
    case CL_DEVICE_EXTENSIONS:
        return give_text(fake_major ? "cl_khr_fp16 cl_nv_device_attribute_query" : "cl_khr_fp16 ", size, value, needed);
    case CL_DEVICE_COMPUTE_CAPABILITY_MAJOR_NV: number = (cl_ulong)fake_major; break;
    case CL_DEVICE_COMPUTE_CAPABILITY_MINOR_NV: number = (cl_ulong)fake_minor; break;
    case CL_DEVICE_TYPE: number = fake_vector_width < 0 ? CL_DEVICE_TYPE_GPU : CL_DEVICE_TYPE_CPU; break;
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT: number = fake_vector_width < 0 ? 1 : (cl_ulong)fake_vector_width; break;
    case CL_DEVICE_MAX_COMPUTE_UNITS: number = 8; break;
    case CL_DEVICE_MAX_WORK_GROUP_SIZE: number = 256; break;
    case CL_DEVICE_LOCAL_MEM_SIZE: number = 48 << 10; break;
    case CL_DEVICE_GLOBAL_MEM_SIZE: number = (cl_ulong)fake_memory(); break;
    case CL_DEVICE_MAX_MEM_ALLOC_SIZE: number = (cl_ulong)fake_allocation(); break;
    case CL_DEVICE_MEM_BASE_ADDR_ALIGN: number = 1024; break;
    case CL_DEVICE_HOST_UNIFIED_MEMORY: number = 0; break;
    }
    return give(&number, size, size, value, needed); // little-endian: the low bytes of any integer
}

static cl_context clCreateContext_(const cl_context_properties *properties, cl_uint count, const cl_device_id *devices, void (*notify)(const char *, const void *, size_t, void *), void *data, cl_int *status) {
    (void)properties, (void)count, (void)devices, (void)notify, (void)data;
    if (fake_forbids_contexts) {
        *status = CL_DEVICE_NOT_AVAILABLE;
        return NULL;
    }
    return (cl_context)create(__func__, CONTEXT, NULL, 0, status);
}

static cl_int clReleaseContext_(cl_context context) { return release(context, CONTEXT); }

static cl_command_queue clCreateCommandQueue_(cl_context context, cl_device_id device, cl_command_queue_properties properties, cl_int *status) {
    (void)device, (void)properties;
    return (cl_command_queue)create(__func__, QUEUE, check_handle(context, CONTEXT), 0, status);
}

static cl_int clReleaseCommandQueue_(cl_command_queue queue) { return release(queue, QUEUE); }

static cl_program clCreateProgramWithSource_(cl_context context, cl_uint count, const char **texts, const size_t *lengths, cl_int *status) {
    (void)count, (void)texts, (void)lengths;
    count_source();
    return (cl_program)create(__func__, PROGRAM, check_handle(context, CONTEXT), 0, status);
}

static cl_program clCreateProgramWithBinary_(cl_context context, cl_uint count, const cl_device_id *devices, const size_t *lengths, const unsigned char **binaries, cl_int *statuses, cl_int *status) {
    (void)count, (void)devices, (void)statuses;
    count_binary(binaries[0], lengths[0]);
    object *made = create(__func__, PROGRAM, check_handle(context, CONTEXT), 0, status);
    if (made) made->is_binary = 1;
    return (cl_program)made;
}

static cl_int clBuildProgram_(cl_program program, cl_uint count, const cl_device_id *devices, const char *options, void (*notify)(cl_program, void *), void *data) {
    (void)count, (void)devices, (void)options, (void)notify, (void)data;
    HANDLE(object, program, PROGRAM);
    ENTER(object->context);
    return object->is_binary && fake_refuses_binaries ? CL_BUILD_PROGRAM_FAILURE : CL_SUCCESS;
}

static cl_int clGetProgramInfo_(cl_program program, cl_program_info item, size_t size, void *value, size_t *needed) {
    HANDLE(object, program, PROGRAM);
    ENTER(object->context);
    if (item == CL_PROGRAM_BINARY_SIZES) return give(&fake_compiled_count, sizeof(size_t), size, value, needed);
    if (item == CL_PROGRAM_BINARIES) memcpy(*(void **)value, fake_compiled, fake_compiled_count);
    return CL_SUCCESS;
}

static cl_int clGetProgramBuildInfo_(cl_program program, cl_device_id device, cl_program_build_info item, size_t size, void *value, size_t *needed) {
    (void)device, (void)item;
    HANDLE(object, program, PROGRAM);
    ENTER(object->context);
    return give_text("the log", size, value, needed);
}

static cl_int clReleaseProgram_(cl_program program) { return release(program, PROGRAM); }

static cl_kernel clCreateKernel_(cl_program program, const char *name, cl_int *status) {
    (void)name;
    object *object = check_handle(program, PROGRAM);
    return (cl_kernel)create(__func__, KERNEL, object ? object->context : NULL, 0, status);
}

static cl_int clReleaseKernel_(cl_kernel kernel) { return release(kernel, KERNEL); }

static cl_int clSetKernelArg_(cl_kernel kernel, cl_uint index, size_t size, const void *value) {
    (void)index, (void)size, (void)value;
    HANDLE(object, kernel, KERNEL);
    ENTER(object->context);
    return CL_SUCCESS;
}

static cl_int clGetKernelWorkGroupInfo_(cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info item, size_t size, void *value, size_t *needed) {
    (void)device, (void)item;
    HANDLE(object, kernel, KERNEL);
    ENTER(object->context);
    return give(&(size_t){256}, sizeof(size_t), size, value, needed);
}

static cl_mem clCreateBuffer_(cl_context context, cl_mem_flags flags, size_t size, void *bytes, cl_int *status) {
    (void)flags, (void)bytes;
    return (cl_mem)create(__func__, BUFFER, check_handle(context, CONTEXT), size, status);
}

static cl_int clReleaseMemObject_(cl_mem memory) { return release(memory, BUFFER); }

// A command: fails as told, or makes the event that the caller wants.
static cl_int command(const char *name, cl_command_queue queue, cl_event *event) {
    HANDLE(object, queue, QUEUE);
    if (event) {
        cl_int status;
        *event = (cl_event)create(name, EVENT, object->context, 0, &status);
        return status;
    }
    return enter(name, object->context);
}

static int is_inside(const object *memory, size_t offset, size_t count) {
    return offset <= memory->size && count <= memory->size - offset;
}

static void *clEnqueueMapBuffer_(cl_command_queue queue, cl_mem memory, cl_bool blocking, cl_map_flags flags, size_t offset, size_t count, cl_uint events, const cl_event *list, cl_event *event, cl_int *status) {
    (void)blocking, (void)flags, (void)events, (void)list;
    object *object = check_handle(memory, BUFFER);
    *status = object && is_inside(object, offset, count) ? command(__func__, queue, event) : CL_INVALID_VALUE;
    if (*status != CL_SUCCESS) return NULL;
    count_mapping(1);
    return (char *)object->bytes + offset;
}

static cl_int clEnqueueUnmapMemObject_(cl_command_queue queue, cl_mem memory, void *bytes, cl_uint events, const cl_event *list, cl_event *event) {
    (void)bytes, (void)events, (void)list, (void)event;
    HANDLE(object, memory, BUFFER);
    HANDLE(mapped_by, queue, QUEUE);
    count_mapping(-1);
    return CL_SUCCESS;
}

static cl_int clEnqueueWriteBuffer_(cl_command_queue queue, cl_mem memory, cl_bool blocking, size_t offset, size_t count, const void *bytes, cl_uint events, const cl_event *list, cl_event *event) {
    (void)blocking, (void)events, (void)list;
    HANDLE(object, memory, BUFFER);
    if (!is_inside(object, offset, count)) return CL_INVALID_VALUE;
    cl_int status = command(__func__, queue, event);
    if (status == CL_SUCCESS) memcpy((char *)object->bytes + offset, bytes, count);
    return status;
}

static cl_int clEnqueueReadBuffer_(cl_command_queue queue, cl_mem memory, cl_bool blocking, size_t offset, size_t count, void *bytes, cl_uint events, const cl_event *list, cl_event *event) {
    (void)blocking, (void)events, (void)list;
    HANDLE(object, memory, BUFFER);
    if (!is_inside(object, offset, count)) return CL_INVALID_VALUE;
    cl_int status = command(__func__, queue, event);
    if (status == CL_SUCCESS) memcpy(bytes, (char *)object->bytes + offset, count);
    return status;
}

static cl_int clEnqueueCopyBuffer_(cl_command_queue queue, cl_mem source, cl_mem destination, size_t from, size_t to, size_t count, cl_uint events, const cl_event *list, cl_event *event) {
    (void)events, (void)list;
    HANDLE(read, source, BUFFER);
    HANDLE(written, destination, BUFFER);
    if (!is_inside(read, from, count) || !is_inside(written, to, count)) return CL_INVALID_VALUE;
    return command(__func__, queue, event);
}

static cl_int clEnqueueFillBuffer_(cl_command_queue queue, cl_mem memory, const void *pattern, size_t size, size_t offset, size_t count, cl_uint events, const cl_event *list, cl_event *event) {
    (void)pattern, (void)size, (void)events, (void)list;
    HANDLE(object, memory, BUFFER);
    if (!is_inside(object, offset, count)) return CL_INVALID_VALUE;
    return command(__func__, queue, event);
}

static cl_int clEnqueueNDRangeKernel_(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *start, const size_t *global, const size_t *local, cl_uint events, const cl_event *list, cl_event *event) {
    (void)start, (void)events, (void)list;
    HANDLE(object, kernel, KERNEL);
    for (cl_uint i = 0; i < dimensions; i++)
        if (local[i] == 0 || global[i] == 0 || global[i] % local[i] != 0) return CL_INVALID_WORK_GROUP_SIZE;
    if (fake_loses_on_launch) return CL_OUT_OF_RESOURCES;
    // A driver that finds memory for a buffer only when a kernel needs it.
    if (fake_launch_memory && fake_opencl_now().live_bytes > fake_launch_memory) return CL_MEM_OBJECT_ALLOCATION_FAILURE;
    return command(__func__, queue, event);
}

static cl_int clEnqueueMarkerWithWaitList_(cl_command_queue queue, cl_uint count, const cl_event *list, cl_event *event) {
    for (cl_uint i = 0; i < count; i++) { HANDLE(object, list[i], EVENT); }
    return command(__func__, queue, event);
}

static cl_int clWaitForEvents_(cl_uint count, const cl_event *list) {
    for (cl_uint i = 0; i < count; i++) {
        HANDLE(object, list[i], EVENT);
        ENTER(object->context);
    }
    return CL_SUCCESS;
}

static cl_int clGetEventInfo_(cl_event event, cl_event_info item, size_t size, void *value, size_t *needed) {
    (void)item;
    HANDLE(object, event, EVENT);
    ENTER(object->context);
    return give(&(cl_int){CL_COMPLETE}, sizeof(cl_int), size, value, needed);
}

static cl_int clGetEventProfilingInfo_(cl_event event, cl_profiling_info item, size_t size, void *value, size_t *needed) {
    HANDLE(object, event, EVENT);
    ENTER(object->context);
    // A millisecond for every command, if the clock goes at all.
    static const cl_ulong ends[] = {[FAKE_CLOCK_FORWARDS] = 1000000, [FAKE_CLOCK_BACKWARDS] = 0, [FAKE_CLOCK_STANDING] = 0};
    cl_ulong start = fake_clock == FAKE_CLOCK_BACKWARDS ? 1000000 : 0;
    return give(&(cl_ulong){item == CL_PROFILING_COMMAND_END ? ends[fake_clock] : start}, sizeof(cl_ulong), size, value, needed);
}

static cl_int clReleaseEvent_(cl_event event) { return release(event, EVENT); }

static cl_int clFlush_(cl_command_queue queue) { return command(__func__, queue, NULL); }

static cl_int clFinish_(cl_command_queue queue) { return command(__func__, queue, NULL); }

void fake_opencl(opencl_functions *functions) {
#define FAKE(name) functions->name = name##_;
    OPENCL_FUNCTIONS(FAKE)
#undef FAKE
}

#ifdef FAKE_OPENCL_LIBRARY
// As a shared library in place of the system's, told by the environment what to do:
//   FAKE_OPENCL_MEMORY     bytes of the device
//   FAKE_OPENCL_LOSES=1    every kernel launch loses its context
//   FAKE_OPENCL_LAUNCHES   bytes of buffers with which a launch still works
//   FAKE_OPENCL_CLOCK      1: it runs backwards; 2: it stands still
//   FAKE_OPENCL_BROKEN     1: a platform, 2: a device, 3: a deprecated query, 4: everything
#include <stdlib.h>

#define EXPORT(name) __attribute__((visibility("default"), alias(#name "_"))) __typeof__(name) name;
OPENCL_FUNCTIONS(EXPORT)
#undef EXPORT

__attribute__((constructor)) static void configure(void) {
    const char *memory = getenv("FAKE_OPENCL_MEMORY"), *loses = getenv("FAKE_OPENCL_LOSES");
    long limit = memory ? atol(memory) : 1L << 30;
    fake_opencl_reset(limit, limit);
    fake_loses_on_launch = loses != NULL;
    const char *launches = getenv("FAKE_OPENCL_LAUNCHES"), *clock = getenv("FAKE_OPENCL_CLOCK"), *broken = getenv("FAKE_OPENCL_BROKEN");
    fake_opencl_limit_launches(launches ? atol(launches) : 0);
    fake_opencl_set_clock(clock ? atoi(clock) : 0);
    fake_opencl_break(broken ? atoi(broken) : 0);
}
#endif
