import COpenCL

/// An in-order queue of one device: each command starts when the one before has ended. Commands keep their
/// times.
package final class CommandQueue: Sendable {
    nonisolated(unsafe) let handle: cl_command_queue  // safe to use from any thread
    private let library: OpenCLLibrary
    private var functions: opencl_functions { library.functions }

    init(context: cl_context, device: OpenCLDevice) throws(OpenCLError) {
        library = device.library
        var status: cl_int = 0
        let properties = cl_command_queue_properties(CL_QUEUE_PROFILING_ENABLE)
        handle = try created(
            library.functions.clCreateCommandQueue(context, device.identifier, properties, &status), status,
            "clCreateCommandQueue", device.name)
    }

    deinit {
        // What was enqueued may still read or write memory whose owner goes away next.
        _ = functions.clFinish(handle)
        _ = functions.clReleaseCommandQueue(handle)
    }

    /// Adds a kernel with the arguments that it has now.
    ///
    /// - Parameters:
    ///   - kernel: with every argument set.
    ///   - global: work-items in one to three dimensions, each a multiple of the local size.
    ///   - local: work-items of a work-group.
    /// - Returns: the launch, to ask for its times once the queue is finished.
    /// - Throws: ``OpenCLError`` naming the kernel and the sizes.
    @discardableResult
    package func launch(_ kernel: Kernel, global: [Int], local: [Int]) throws(OpenCLError) -> Event {
        precondition(global.count == local.count && (1...3).contains(global.count))
        var event: cl_event?
        let status = functions.clEnqueueNDRangeKernel(
            handle, kernel.handle, cl_uint(global.count), nil, global, local, 0, nil, &event)
        return Event(
            try created(event, status, "clEnqueueNDRangeKernel", "\(kernel.name), global \(global), local \(local)"),
            library: library)
    }

    /// Copies from host memory, and returns when that is done.
    ///
    /// - Throws: ``OpenCLError``.
    package func write(
        _ source: UnsafeRawBufferPointer, to memory: DeviceMemory, at byteOffset: Int = 0
    ) throws(OpenCLError) {
        precondition(byteOffset >= 0 && byteOffset + source.count <= memory.byteCount)
        guard let base = source.baseAddress, !source.isEmpty else { return }
        let status = functions.clEnqueueWriteBuffer(
            handle, memory.handle, cl_bool(CL_TRUE), byteOffset, source.count, base, 0, nil, nil)
        try check(status, "clEnqueueWriteBuffer", "\(source.count) bytes")
    }

    /// Adds a copy from host memory, which must stay as it is until the copy is done.
    ///
    /// - Parameters:
    ///   - source: at least a byte.
    ///   - memory: whose first bytes it goes to.
    /// - Returns: the copy, to wait for or to ask for its times.
    /// - Throws: ``OpenCLError``.
    package func send(_ source: UnsafeRawBufferPointer, to memory: DeviceMemory) throws(OpenCLError) -> Event {
        precondition((1...memory.byteCount).contains(source.count))
        var event: cl_event?
        let status = functions.clEnqueueWriteBuffer(
            handle, memory.handle, cl_bool(CL_FALSE), 0, source.count, source.baseAddress, 0, nil, &event)
        return Event(try created(event, status, "clEnqueueWriteBuffer", "\(source.count) bytes"), library: library)
    }

    /// Copies to host memory, and returns when that and everything before it is done.
    ///
    /// - Throws: ``OpenCLError``, also for a kernel before it that failed.
    package func read(
        _ memory: DeviceMemory, at byteOffset: Int = 0, into destination: UnsafeMutableRawBufferPointer
    ) throws(OpenCLError) {
        precondition(byteOffset >= 0 && byteOffset + destination.count <= memory.byteCount)
        guard let base = destination.baseAddress, !destination.isEmpty else { return }
        let status = functions.clEnqueueReadBuffer(
            handle, memory.handle, cl_bool(CL_TRUE), byteOffset, destination.count, base, 0, nil, nil)
        try check(status, "clEnqueueReadBuffer", "\(destination.count) bytes")
    }

    /// Adds a copy from one buffer to another.
    ///
    /// - Throws: ``OpenCLError``.
    package func copy(
        _ source: DeviceMemory, at sourceOffset: Int = 0, to destination: DeviceMemory, at offset: Int = 0,
        byteCount: Int
    ) throws(OpenCLError) {
        let status = functions.clEnqueueCopyBuffer(
            handle, source.handle, destination.handle, sourceOffset, offset, byteCount, 0, nil, nil)
        try check(status, "clEnqueueCopyBuffer", "\(byteCount) bytes")
    }

    /// Adds a fill with one repeated byte.
    ///
    /// - Throws: ``OpenCLError``.
    package func fill(
        _ memory: DeviceMemory, with byte: UInt8, at byteOffset: Int = 0, byteCount: Int
    ) throws(OpenCLError) {
        var pattern = byte
        let status = functions.clEnqueueFillBuffer(
            handle, memory.handle, &pattern, 1, byteOffset, byteCount, 0, nil, nil)
        try check(status, "clEnqueueFillBuffer", "\(byteCount) bytes")
    }

    /// Keeps what follows on this queue waiting for an event of the other queue, without making the host wait. The other
    /// queue must be flushed.
    ///
    /// - Throws: ``OpenCLError``.
    package func wait(for event: Event) throws(OpenCLError) {
        var handles: cl_event? = event.handle
        try check(functions.clEnqueueMarkerWithWaitList(handle, 1, &handles, nil), "clEnqueueMarkerWithWaitList")
    }

    /// Hands everything so far to the device.
    ///
    /// - Throws: ``OpenCLError``.
    package func flush() throws(OpenCLError) { try check(functions.clFlush(handle), "clFlush") }

    /// Returns when everything so far is done.
    ///
    /// - Throws: ``OpenCLError``, also for a kernel before it that failed.
    package func finish() throws(OpenCLError) { try check(functions.clFinish(handle), "clFinish") }

    func map(_ memory: DeviceMemory) throws(OpenCLError) -> UnsafeMutableRawBufferPointer {
        var status: cl_int = 0
        let pointer = functions.clEnqueueMapBuffer(
            handle, memory.handle, cl_bool(CL_TRUE), cl_map_flags(CL_MAP_READ | CL_MAP_WRITE), 0, memory.byteCount, 0,
            nil, nil, &status)
        try check(status, "clEnqueueMapBuffer", "\(memory.byteCount) bytes")
        return UnsafeMutableRawBufferPointer(start: pointer, count: memory.byteCount)
    }

    func unmap(_ memory: DeviceMemory, _ bytes: UnsafeMutableRawBufferPointer) {
        _ = functions.clEnqueueUnmapMemObject(handle, memory.handle, bytes.baseAddress, 0, nil, nil)
        _ = functions.clFinish(handle)
    }
}
