package import TensorCore

extension BackendError {
    /// A failed call as what it means for a plan.
    package init(_ error: OpenCLError, on device: OpenCLDevice) {
        if error.isOutOfMemory {
            self = .outOfDeviceMemory(
                device: device.name,
                reason: "\(error); the device has \(device.limits.memoryByteCount) bytes for everything")
        } else if error.isDeviceLost {
            self = .deviceLost(device: device.name, reason: "\(error)")
        } else {
            self = .deviceFailed(device: device.name, reason: "\(error)")
        }
    }

    /// Runs `body` and throws its errors as what they mean for a plan.
    package static func wrapping<Success>(
        _ device: OpenCLDevice, _ body: () throws(OpenCLError) -> Success
    ) throws(BackendError) -> Success {
        do { return try body() } catch { throw BackendError(error, on: device) }
    }
}
