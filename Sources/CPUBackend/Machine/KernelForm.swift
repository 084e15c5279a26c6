import CPUKernels

/// The instruction set that the vectorised kernels are compiled for.
package enum KernelForm: String, Sendable, CaseIterable {
    case portable, avx2, avx512
    /// AVX-512 with dot products of bfloat16 and of 8-bit integers.
    case avx512Dot = "avx512_dot"

    /// The forms that this processor can run, the widest last.
    package static var available: [KernelForm] { allCases.filter { $0.kernels != nil } }
    /// The widest form that this processor can run.
    package static var best: KernelForm { available.last ?? .portable }

    /// The form's kernels; nil when the processor lacks the instructions.
    var kernels: cpu_kernels? {
        let form =
            switch self {
            case .portable: cpu_form_portable
            case .avx2: cpu_form_avx2
            case .avx512: cpu_form_avx512
            case .avx512Dot: cpu_form_avx512_dot
            }
        return cpu_kernels_for(form)?.pointee
    }
}
