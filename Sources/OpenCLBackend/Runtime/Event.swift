import COpenCL

/// A command in a queue.
package final class Event: Sendable {
    nonisolated(unsafe) let handle: cl_event  // safe to use from any thread
    private let library: OpenCLLibrary

    init(_ handle: cl_event, library: OpenCLLibrary) {
        self.handle = handle
        self.library = library
    }

    deinit { _ = library.functions.clReleaseEvent(handle) }

    /// Returns when the command is done.
    ///
    /// - Throws: ``OpenCLError``, also when the command itself failed.
    package func wait() throws(OpenCLError) {
        var handles: cl_event? = handle
        try check(library.functions.clWaitForEvents(1, &handles), "clWaitForEvents")
    }

    /// When the command ran, in nanoseconds of the device's clock. It must be done, on a queue that profiles.
    ///
    /// - Throws: ``OpenCLError``.
    package func times() throws(OpenCLError) -> (start: UInt64, end: UInt64) {
        (try time(CL_PROFILING_COMMAND_START), try time(CL_PROFILING_COMMAND_END))
    }

    private func time(_ item: Int32) throws(OpenCLError) -> UInt64 {
        var nanoseconds: cl_ulong = 0
        let status = library.functions.clGetEventProfilingInfo(
            handle, cl_profiling_info(item), MemoryLayout<cl_ulong>.size, &nanoseconds, nil)
        try check(status, "clGetEventProfilingInfo")
        return nanoseconds
    }
}
