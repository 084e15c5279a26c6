// OpenCL without linking to it: the Khronos headers' types, and a table of the functions that Fathom calls, filled from
// a library that is opened at run time. A machine without OpenCL starts, and tests put a table of their own in its place.
#ifndef COPENCL_H
#define COPENCL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <CL/cl_ext.h>

// Every function of the table, in the order of a device's life.
#define OPENCL_FUNCTIONS(FUNCTION) \
    FUNCTION(clGetPlatformIDs) \
    FUNCTION(clGetPlatformInfo) \
    FUNCTION(clGetDeviceIDs) \
    FUNCTION(clGetDeviceInfo) \
    FUNCTION(clCreateContext) \
    FUNCTION(clReleaseContext) \
    FUNCTION(clCreateCommandQueue) \
    FUNCTION(clReleaseCommandQueue) \
    FUNCTION(clCreateProgramWithSource) \
    FUNCTION(clCreateProgramWithBinary) \
    FUNCTION(clBuildProgram) \
    FUNCTION(clGetProgramInfo) \
    FUNCTION(clGetProgramBuildInfo) \
    FUNCTION(clReleaseProgram) \
    FUNCTION(clCreateKernel) \
    FUNCTION(clReleaseKernel) \
    FUNCTION(clSetKernelArg) \
    FUNCTION(clGetKernelWorkGroupInfo) \
    FUNCTION(clCreateBuffer) \
    FUNCTION(clReleaseMemObject) \
    FUNCTION(clEnqueueMapBuffer) \
    FUNCTION(clEnqueueUnmapMemObject) \
    FUNCTION(clEnqueueWriteBuffer) \
    FUNCTION(clEnqueueReadBuffer) \
    FUNCTION(clEnqueueCopyBuffer) \
    FUNCTION(clEnqueueFillBuffer) \
    FUNCTION(clEnqueueNDRangeKernel) \
    FUNCTION(clEnqueueMarkerWithWaitList) \
    FUNCTION(clWaitForEvents) \
    FUNCTION(clGetEventInfo) \
    FUNCTION(clGetEventProfilingInfo) \
    FUNCTION(clReleaseEvent) \
    FUNCTION(clFlush) \
    FUNCTION(clFinish)

#define OPENCL_MEMBER(name) __typeof__(&name) name;
typedef struct opencl_functions {
    OPENCL_FUNCTIONS(OPENCL_MEMBER)
} opencl_functions;
#undef OPENCL_MEMBER

// Opens the library `path` and fills the table. Returns null, or a sentence that says what is missing; the sentence is
// valid until the next call on this thread. The library stays open: drivers start threads that outlive any handle.
const char *opencl_load(const char *path, opencl_functions *functions);

#endif
