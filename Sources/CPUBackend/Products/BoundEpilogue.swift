import CPUKernels
import TensorCore

/// An epilogue with its operands in memory.
struct BoundEpilogue {
    var bias: UnsafePointer<Float>?
    var scale: UnsafePointer<Float>?
    var residuals: [UnsafePointer<Float>?] = []
    var activation = cpu_activation_none
    let kernels: cpu_kernels

    /// Finishes `rows` rows of sums and stores them. Row r goes to element first + r * stride + columns.lowerBound of
    /// `output`; residuals are read from the same element of theirs.
    ///
    /// `columns` are the tile's among the output's channels; `sums` starts at the first of them. `borderBias` [channels]
    /// is added before the bias.
    func store(
        rows: Int, columns: Range<Int>, _ sums: UnsafePointer<Float>, sumsStride: Int, first: Int, stride: Int,
        output: UnsafeMutablePointer<Float>, borderBias: UnsafePointer<Float>? = nil
    ) {
        residuals.withUnsafeBufferPointer { residuals in
            var epilogue = cpu_epilogue(
                border_bias: borderBias?.advanced(by: columns.lowerBound),
                bias: bias?.advanced(by: columns.lowerBound), scale: scale?.advanced(by: columns.lowerBound),
                residuals: residuals.baseAddress, residual_count: residuals.count, activation: activation)
            kernels.finish_rows(
                &epilogue, rows, columns.count, sums, sumsStride, first + columns.lowerBound, stride, output)
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
