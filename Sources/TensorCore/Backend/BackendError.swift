/// Why a plan cannot be prepared or run.
package enum BackendError: Error, Sendable, Equatable, CustomStringConvertible {
    case weights(WeightError)
    case outOfMemory(byteCount: Int, purpose: String)
    case inputCount(expected: Int, found: Int)
    case inputMismatch(index: Int, expected: String, found: String)
    case unknownOutput(String)
    /// The device has too little memory for the plan; a smaller one may fit.
    case outOfDeviceMemory(device: String, reason: String)
    /// The device no longer answers; opened anew, it may.
    case deviceLost(device: String, reason: String)
    /// The device, its driver or its compiler refused something that works elsewhere.
    case deviceFailed(device: String, reason: String)

    package var description: String {
        switch self {
        case .weights(let error):
            "\(error)"
        case .outOfMemory(let byteCount, let purpose):
            "cannot allocate \(byteCount) bytes for \(purpose); free memory or choose a smaller micro-batch"
        case .inputCount(let expected, let found):
            "the plan takes \(expected) input(s), \(found) given"
        case .inputMismatch(let index, let expected, let found):
            "input \(index) must be \(expected), is \(found)"
        case .unknownOutput(let name):
            "the plan has no output '\(name)'"
        case .outOfDeviceMemory(let device, let reason):
            "\(device) has too little memory: \(reason)"
        case .deviceLost(let device, let reason):
            "\(device) was lost: \(reason)"
        case .deviceFailed(let device, let reason):
            "\(device) failed: \(reason)"
        }
    }
}
