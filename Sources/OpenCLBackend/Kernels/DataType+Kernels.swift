package import TensorCore

/// How kernels store elements, and by what name.
extension DataType {
    /// Those that kernels compute with; sums are float32 in all.
    package static let ofKernels: [DataType] = [.float32, .float16, .bfloat16]

    /// `f32`, `f16`, `bf16`.
    package var precisionName: String {
        switch self {
        case .float32: "f32"
        case .float16: "f16"
        case .bfloat16: "bf16"
        default: rawValue
        }
    }

    /// `STORAGE` of `common.cl`.
    package var kernelValue: Int {
        guard let value = Self.ofKernels.firstIndex(of: self) else {
            preconditionFailure("kernels do not store \(self)")
        }
        return value
    }
}
