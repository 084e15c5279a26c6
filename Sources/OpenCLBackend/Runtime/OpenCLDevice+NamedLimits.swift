extension OpenCLDevice.Limits {
    /// By the names that OpenCL has for them, in its units.
    package var namedValues: [String: Int] {
        [
            "CL_DEVICE_MAX_COMPUTE_UNITS": computeUnitCount,
            "CL_DEVICE_MAX_CLOCK_FREQUENCY": clockMegahertz,
            "CL_DEVICE_MAX_WORK_GROUP_SIZE": workGroupSize,
            "CL_DEVICE_LOCAL_MEM_SIZE": localMemoryByteCount,
            "CL_DEVICE_GLOBAL_MEM_SIZE": memoryByteCount,
            "CL_DEVICE_MAX_MEM_ALLOC_SIZE": allocationByteCount,
            "CL_DEVICE_MEM_BASE_ADDR_ALIGN": addressAlignmentByteCount * 8,
            "CL_DEVICE_GLOBAL_MEM_CACHE_SIZE": cacheByteCount,
            "CL_DEVICE_HOST_UNIFIED_MEMORY": sharesHostMemory ? 1 : 0,
            "CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT": nativeVectorWidth,
            "CL_DEVICE_PROFILING_TIMER_RESOLUTION": timerNanoseconds,
        ]
    }
}
