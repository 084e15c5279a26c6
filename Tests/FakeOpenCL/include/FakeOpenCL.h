// An OpenCL driver of one GPU for tests. It compiles and computes nothing, but it counts what is created and released,
// and fails when it is told to. Its state is global: tests that use it run one after the other.
#ifndef FAKE_OPENCL_H
#define FAKE_OPENCL_H

#include "COpenCL.h"

// The driver's functions.
void fake_opencl(opencl_functions *functions);

// Forgets all counts and failures. The device then has `memory` bytes, of which a buffer may take `allocation`.
void fake_opencl_reset(long memory, long allocation);

// Lets the `call`-th call from now fail with `status`; the first is 1. Calls that release always work. With
// `loses_context`, every later call that concerns a context open now fails with CL_INVALID_COMMAND_QUEUE too.
void fake_opencl_fail(long call, cl_int status, int loses_context);

// Whether no context can be created, as on a device that fell off its bus.
void fake_opencl_forbid_contexts(int forbids);

// Lets the device be one of NVIDIA's of a compute capability, until the reset.
void fake_opencl_be_nvidia(int major, int minor);

// What compiled programs are handed out as from now on, until the reset; the bytes stay the caller's and must stay.
void fake_opencl_compile_to(const char *bytes, size_t count);

// Whether programs made of binaries do not build, until the reset.
void fake_opencl_refuse_binaries(int refuses);

// How the clock behind the times of commands goes, until the reset.
enum fake_opencl_clock { FAKE_CLOCK_FORWARDS, FAKE_CLOCK_BACKWARDS, FAKE_CLOCK_STANDING };
void fake_opencl_set_clock(enum fake_opencl_clock clock);

// What does not work on this machine, until the reset: another platform or another device, both found first, or the
// device's answer to a query that OpenCL 2.0 deprecated, or to every query.
enum fake_opencl_broken {
    FAKE_BROKEN_NOTHING,
    FAKE_BROKEN_PLATFORM,
    FAKE_BROKEN_DEVICE,
    FAKE_BROKEN_OLD_QUERY,
    FAKE_BROKEN_EVERYTHING
};
void fake_opencl_break(enum fake_opencl_broken part);

// Lets launches fail for lack of memory while buffers take more than so many bytes, until the reset; 0 for no limit.
void fake_opencl_limit_launches(long bytes);

// Lets the device be a processor with registers of so many floats, or a GPU if that is negative, until the reset.
void fake_opencl_be_processor(int vector_width);

// What happened since the reset.
typedef struct fake_opencl_counts {
    long calls;            // that can fail
    long contexts;         // that were ever created
    long live_objects;     // created and not released
    long live_bytes;       // of buffers
    long peak_bytes;       // of buffers that were live at once
    long live_mappings;    // mapped and not unmapped
    long misuses;          // of handles that are none, or were released
    long sources;          // programs that were ever made of text
    long binaries;         // programs that were ever made of binaries
    const char *last_call; // the name of the last call that failed as told, or null
} fake_opencl_counts;

fake_opencl_counts fake_opencl_now(void);

// The last program that was made of a binary, or its beginning; valid until the next.
const char *fake_opencl_last_binary(void);

// Lets a real driver's device be lost by every launch of a kernel whose program is built with all of these options,
// parted by spaces; until a context is created, launches then fail. The table is changed in place, and one poison acts
// at a time: tests that use it run one after the other.
void fake_opencl_poison(opencl_functions *functions, const char *options);

#endif
