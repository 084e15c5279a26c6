import CPUKernels
package import TensorCore

/// What the products of a plan multiply; sums are float32 whatever it is.
package enum Arithmetic: String, Sendable, Hashable, CaseIterable {
    case float32
    /// Both factors in bfloat16.
    case bfloat16
    /// Weights of 8 bits with a scale for each output channel, inputs of 8 bits with a range for each row and block of
    /// 1024 channels; what loses too much by it stays in bfloat16, see ``Node/arithmetic(in:within:)``.
    case int8

    var kernelValue: cpu_arithmetic {
        switch self {
        case .float32: cpu_arithmetic_float32
        case .bfloat16: cpu_arithmetic_bfloat16
        case .int8: cpu_arithmetic_int8
        }
    }

    /// The name that the command line knows it by.
    var shortName: String {
        switch self {
        case .float32: "f32"
        case .bfloat16: "bf16"
        case .int8: "int8"
        }
    }

    /// How activations are stored, where a plan does not keep them wide.
    package var storage: DataType { self == .float32 ? .float32 : .bfloat16 }
}

extension Plan {
    /// A plan that stores activations as the processor's arithmetic wants them.
    package init(_ graph: Graph, arithmetic: Arithmetic) {
        self.init(graph, storage: arithmetic.storage, wideValues: graph.wideValues)
    }
}
