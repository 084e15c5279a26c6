/// The arithmetic that a model runs in.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// IEEE 754 single precision.
    case float32 = "f32"
    /// Weights and activations in half precision, sums in single; OpenCL devices only.
    case float16 = "f16"

    /// Reads `f32` or `f16`.
    ///
    /// - Throws: ``FathomError`` naming the choices for any other text.
    public init(_ text: String) throws(FathomError) {
        guard let precision = Precision(rawValue: text.lowercased()) else {
            let choices = Self.allCases.map(\.rawValue).joined(separator: " or ")
            throw FathomError(.invalidArgument, "there is no precision '\(text)'; choose \(choices)")
        }
        self = precision
    }

    /// Bytes of a stored activation.
    var elementByteCount: Int {
        switch self {
        case .float32: 4
        case .float16: 2
        }
    }

    /// Whether the CPU's own kernels compute in it.
    var runsOnCPU: Bool {
        switch self {
        case .float32: true
        case .float16: false
        }
    }
}
