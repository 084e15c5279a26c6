import CPUKernels

/// The instruction set that the vectorised kernels are compiled for.
package enum KernelForm: String, Sendable, CaseIterable {
    case portable, avx2, avx512
    /// AVX-512 with dot products of bfloat16 and of 8-bit integers.
    case avx512Dot = "avx512_dot"

    /// The forms that this processor can run, the widest last.
    package static var available: [KernelForm] { available(instructions: cpu_instructions_here()) }
    /// The widest form that this processor can run.
    package static var best: KernelForm { available.last ?? .portable }

    /// The forms that a processor with some instructions (`cpu_instructions`) can run, the widest last.
    package static func available(instructions: UInt32) -> [KernelForm] {
        allCases.filter { cpu_kernels_for($0.kernelValue, instructions) != nil }
    }

    /// The form's kernels; nil when the processor lacks the instructions.
    var kernels: cpu_kernels? { cpu_kernels_for(kernelValue, cpu_instructions_here())?.pointee }

    private var kernelValue: cpu_form {
        switch self {
        case .portable: cpu_form_portable
        case .avx2: cpu_form_avx2
        case .avx512: cpu_form_avx512
        case .avx512Dot: cpu_form_avx512_dot
        }
    }
}
