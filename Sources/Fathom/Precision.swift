import CPUBackend
import TensorCore

/// The arithmetic that a model runs in.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// IEEE 754 single precision.
    case float32 = "f32"
    /// Weights and activations in half precision, sums and results in single; OpenCL devices only.
    case float16 = "f16"
    /// Factors of 16 bits with the range of single precision, sums in single precision; activations are stored so too. Results
    /// are in single precision.
    case bfloat16 = "bf16"
    /// Weights and inputs of 8 bits in the linear maps of the encoders, bfloat16 elsewhere. The CPU only.
    case int8

    /// Reads `f32`, `f16`, `bf16` or `int8`.
    ///
    /// - Throws: ``FathomError`` naming the choices for any other text.
    public init(_ text: String) throws(FathomError) {
        guard let precision = Precision(rawValue: text.lowercased()) else {
            throw FathomError(
                .invalidArgument, "there is no precision '\(text)'; choose \(Self.names { _ in true })")
        }
        self = precision
    }

    /// What the CPU's own kernels multiply; nil where they do not run it.
    var arithmetic: Arithmetic? {
        switch self {
        case .float32: .float32
        case .float16: nil
        case .bfloat16: .bfloat16
        case .int8: .int8
        }
    }

    var runsOnCPU: Bool { arithmetic != nil }

    /// How an OpenCL device stores activations and weights; nil where those do not run it.
    var openCLStorage: DataType? {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int8: nil
        }
    }

    /// Those that pass, for messages: `f32, bf16 or int8`.
    static func names(where passes: (Precision) -> Bool) -> String {
        let names = allCases.filter(passes).map(\.rawValue)
        return names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }
}

extension Plan {
    /// A plan that stores activations as the precision wants them, for the processor or for a back end that wants nodes
    /// joined in steps.
    init(_ graph: Graph, precision: Precision, joinsSteps: Bool) {
        if let arithmetic = precision.arithmetic, !joinsSteps {
            self.init(graph, arithmetic: arithmetic)
        } else {
            self.init(
                graph, storage: precision.openCLStorage ?? .float32, wideValues: graph.wideResults,
                joinsSteps: joinsSteps)
        }
    }
}
