/// Why a plan cannot be prepared or run.
package enum BackendError: Error, Sendable, Equatable, CustomStringConvertible {
    case weights(WeightError)
    case outOfMemory(byteCount: Int, purpose: String)
    case inputCount(expected: Int, found: Int)
    case inputMismatch(index: Int, expected: String, found: String)
    case unknownOutput(String)

    package var description: String {
        switch self {
        case .weights(let error):
            "\(error)"
        case .outOfMemory(let byteCount, let purpose):
            "cannot allocate \(byteCount) bytes for \(purpose); free memory or choose a smaller --micro-batch"
        case .inputCount(let expected, let found):
            "the plan takes \(expected) input(s), \(found) given"
        case .inputMismatch(let index, let expected, let found):
            "input \(index) must be \(expected), is \(found)"
        case .unknownOutput(let name):
            "the plan has no output '\(name)'"
        }
    }
}
