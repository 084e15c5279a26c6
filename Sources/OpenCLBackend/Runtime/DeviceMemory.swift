import COpenCL

/// A buffer on a device.
package final class DeviceMemory: Sendable {
    package let byteCount: Int
    nonisolated(unsafe) let handle: cl_mem  // safe to use from any thread
    private let library: OpenCLLibrary

    /// Allocates on the device; an error names `purpose` as what the memory was wanted for.
    ///
    /// - Throws: ``OpenCLError``; ``OpenCLError/isOutOfMemory`` tells that less might fit.
    package convenience init(_ context: OpenCLContext, byteCount: Int, purpose: String) throws(OpenCLError) {
        try self.init(context, byteCount: byteCount, flags: CL_MEM_READ_WRITE, purpose: purpose)
    }

    fileprivate init(
        _ context: OpenCLContext, byteCount: Int, flags: Int32, purpose: String
    ) throws(OpenCLError) {
        library = context.library
        // A buffer of nothing is not allowed, a plan without weights is.
        self.byteCount = max(1, byteCount)
        var status: cl_int = 0
        let buffer = library.functions.clCreateBuffer(
            context.handle, cl_mem_flags(flags), self.byteCount, nil, &status)
        handle = try created(buffer, status, "clCreateBuffer", "\(byteCount) bytes for \(purpose)")
    }

    deinit { _ = library.functions.clReleaseMemObject(handle) }
}

/// Host memory that the device's driver allocated and that stays mapped: transfers from and to it need no copy of their
/// own and overlap with kernels.
package final class StagingMemory: @unchecked Sendable {  // `bytes` never moves; the owner orders access to them
    package let bytes: UnsafeMutableRawBufferPointer
    private let memory: DeviceMemory
    private let queue: CommandQueue

    /// - Throws: ``OpenCLError``.
    package init(_ context: OpenCLContext, byteCount: Int, purpose: String) throws(OpenCLError) {
        let flags = CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR
        memory = try DeviceMemory(context, byteCount: byteCount, flags: flags, purpose: purpose)
        queue = context.uploadQueue
        bytes = try queue.map(memory)
    }

    deinit { queue.unmap(memory, bytes) }
}
