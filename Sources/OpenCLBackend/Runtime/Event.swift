import COpenCL

/// A command in a queue.
package final class Event: Sendable {
    /// When a command went through its queue, in nanoseconds of the device's clock, one after the other.
    package struct Times: Sendable, Hashable {
        /// When the host added it.
        package let queued: UInt64
        /// When the device got it.
        package let submitted: UInt64
        package let started: UInt64
        package let ended: UInt64

        /// Longer than any command waits. Drivers that do not know when a command was queued say zero.
        private static let longestWait: UInt64 = 3_600_000_000_000

        /// Takes what a driver says; its clock may run backwards, stand still or have gaps.
        package init(queued: UInt64, submitted: UInt64, started: UInt64, ended: UInt64) {
            let isKnown = { (time: UInt64) in time <= started && started - time <= Self.longestWait }
            self.started = started
            self.ended = max(started, ended)
            self.submitted = isKnown(submitted) ? submitted : started
            self.queued = isKnown(queued) ? min(queued, self.submitted) : self.submitted
        }

        package var seconds: Double { Double(ended - started) * 1e-9 }
    }

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

    /// When the command was queued and ran. It must be done.
    ///
    /// - Throws: ``OpenCLError``.
    package func times() throws(OpenCLError) -> Times {
        Times(
            queued: try time(CL_PROFILING_COMMAND_QUEUED), submitted: try time(CL_PROFILING_COMMAND_SUBMIT),
            started: try time(CL_PROFILING_COMMAND_START), ended: try time(CL_PROFILING_COMMAND_END))
    }

    private func time(_ item: Int32) throws(OpenCLError) -> UInt64 {
        var nanoseconds: cl_ulong = 0
        let status = library.functions.clGetEventProfilingInfo(
            handle, cl_profiling_info(item), MemoryLayout<cl_ulong>.size, &nanoseconds, nil)
        try check(status, "clGetEventProfilingInfo")
        return nanoseconds
    }
}
