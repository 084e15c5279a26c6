/// Which device runs a model.
public enum DeviceChoice: Sendable, Hashable, CustomStringConvertible {
    /// The best device of the machine.
    case auto
    /// The processor.
    case cpu

    /// Reads `auto` or `cpu`.
    ///
    /// - Throws: ``FathomError`` naming the choices for any other text.
    public init(_ text: String) throws(FathomError) {
        switch text.lowercased() {
        case "auto": self = .auto
        case "cpu": self = .cpu
        default: throw FathomError(.invalidArgument, "there is no device '\(text)'; choose auto or cpu")
        }
    }

    /// The name that ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .auto: "auto"
        case .cpu: "cpu"
        }
    }
}

/// The arithmetic that a model runs in.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// IEEE 754 single precision.
    case float32 = "f32"
    /// Factors of 16 bits with the range of single precision, sums in single precision; activations are stored so too.
    case bfloat16 = "bf16"
    /// Weights and inputs of 8 bits in the linear maps of the encoders, bfloat16 elsewhere.
    case int8

    /// Reads `f32`, `bf16` or `int8`.
    ///
    /// - Throws: ``FathomError`` naming the choices for any other text.
    public init(_ text: String) throws(FathomError) {
        guard let precision = Precision(rawValue: text.lowercased()) else {
            throw FathomError(.invalidArgument, "there is no precision '\(text)'; choose f32, bf16 or int8")
        }
        self = precision
    }
}
