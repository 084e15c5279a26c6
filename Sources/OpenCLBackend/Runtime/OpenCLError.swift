/// A call of OpenCL that failed: which, how, and what it was about.
package struct OpenCLError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The status that the call returned; negative.
    package let status: Int32
    /// The function: `clEnqueueNDRangeKernel`.
    package let call: String
    /// The kernel and its sizes, the buffer and its purpose, or the compiler's log.
    package let detail: String?

    package init(status: Int32, call: String, detail: String? = nil) {
        self.status = status
        self.call = call
        self.detail = detail
    }

    /// The error with what it was about, where nothing is said of that yet.
    func about(_ subject: String) -> OpenCLError {
        OpenCLError(status: status, call: call, detail: detail ?? subject)
    }

    package var description: String {
        "\(call) failed with \(Self.name(of: status))" + (detail.map { ": \($0)" } ?? "")
    }

    /// Whether the device ran out of memory for a buffer, at its creation or where a driver allocates late, at its first
    /// use; a smaller plan may fit.
    package var isOutOfMemory: Bool {
        [Status.memoryAllocationFailure, Status.outOfHostMemory, Status.invalidBufferSize].contains(status)
    }

    /// Whether the context is to be given up: after a fault or a time-out in a kernel, drivers report one of these at
    /// some later call, and every call after it fails too.
    package var isDeviceLost: Bool {
        [
            Status.deviceNotAvailable, Status.outOfResources, Status.waitListFailed, Status.invalidContext,
            Status.invalidCommandQueue, Status.nvidiaFault,
        ].contains(status)
    }

    /// The statuses that Fathom tells apart.
    enum Status {
        static let deviceNotAvailable: Int32 = -2
        static let memoryAllocationFailure: Int32 = -4
        static let outOfResources: Int32 = -5
        static let outOfHostMemory: Int32 = -6
        static let waitListFailed: Int32 = -14
        static let invalidContext: Int32 = -34
        static let invalidBinary: Int32 = -42
        static let invalidCommandQueue: Int32 = -36
        static let invalidBufferSize: Int32 = -61
        /// No platform at all: the loader's answer on a machine without drivers (cl_khr_icd).
        static let noPlatform: Int32 = -1001
        /// NVIDIA: an illegal address or a kernel that the watchdog ended.
        static let nvidiaFault: Int32 = -9999
    }
}

/// Throws unless `status` is success. `detail` is formed only for an error.
func check(
    _ status: Int32, _ call: String, _ detail: @autoclosure () -> String? = nil
) throws(OpenCLError) {
    guard status == 0 else { throw OpenCLError(status: status, call: call, detail: detail()) }
}

/// What a creating call returned, or its error; a null handle with a status of success is an error too.
func created(
    _ handle: OpaquePointer?, _ status: Int32, _ call: String, _ detail: @autoclosure () -> String? = nil
) throws(OpenCLError) -> OpaquePointer {
    try check(status, call, detail())
    guard let handle else {
        throw OpenCLError(status: OpenCLError.Status.outOfResources, call: call, detail: "it returned no object")
    }
    return handle
}
