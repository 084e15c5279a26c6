import CPUKernels
import TensorCore

/// An epilogue with its operands in memory.
struct BoundEpilogue {
    var bias: UnsafePointer<Float>?
    var scale: UnsafePointer<Float>?
    var residuals: [cpu_values] = []
    var activation = cpu_activation_none
    /// [places, columns], added before the bias; see ``RowOffsets/borderBias``.
    var borderBias: UnsafePointer<Float>?
    let kernels: cpu_kernels

    func withKernelEpilogue<Result>(_ body: (cpu_epilogue) -> Result) -> Result {
        residuals.withUnsafeBufferPointer { residuals in
            body(
                cpu_epilogue(
                    border_bias: borderBias, bias: bias, scale: scale, residuals: residuals.baseAddress,
                    residual_count: residuals.count, activation: activation))
        }
    }
}

extension Epilogue.Activation {
    var kernelValue: cpu_activation {
        switch self {
        case .none: cpu_activation_none
        case .relu: cpu_activation_relu
        case .gelu: cpu_activation_gelu
        }
    }
}
