import CPUBackend
import CPUKernels
import Testing

/// Which kernels run on processors that are not here, by the instructions that they have.
@Suite("Kernels of processors")
struct KernelFormTests {
    /// A processor, and the widest form that it can run where the compiler's target is x86-64.
    struct Processor: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let instructions: [cpu_instructions]
        let best: KernelForm
    }

    private static let haswell = [cpu_instructions_avx2, cpu_instructions_fma]
    private static let skylakeX =
        haswell + [
            cpu_instructions_avx512f, cpu_instructions_avx512bw, cpu_instructions_avx512dq, cpu_instructions_avx512vl,
        ]

    private static let processors = [
        Processor(testDescription: "none of them", instructions: [], best: .portable),
        Processor(testDescription: "Piledriver", instructions: [cpu_instructions_fma], best: .portable),
        Processor(testDescription: "AVX2 without FMA", instructions: [cpu_instructions_avx2], best: .portable),
        Processor(testDescription: "Haswell, Zen 3", instructions: haswell, best: .avx2),
        Processor(testDescription: "Knights Landing", instructions: haswell + [cpu_instructions_avx512f], best: .avx2),
        Processor(testDescription: "Skylake-X", instructions: skylakeX, best: .avx512),
        Processor(
            testDescription: "Ice Lake", instructions: skylakeX + [cpu_instructions_avx512vnni], best: .avx512),
        Processor(
            testDescription: "bfloat16 without VNNI", instructions: skylakeX + [cpu_instructions_avx512bf16],
            best: .avx512),
        Processor(
            testDescription: "Cooper Lake, Zen 4, Zen 5",
            instructions: skylakeX + [cpu_instructions_avx512bf16, cpu_instructions_avx512vnni], best: .avx512Dot),
    ]

    @Test("each gets the widest that it can run, and every narrower one", arguments: processors)
    func selection(processor: Processor) {
        let found = KernelForm.available(instructions: processor.instructions.reduce(0) { $0 | UInt32($1.rawValue) })
        #if arch(x86_64)
            #expect(found == KernelForm.allCases.filter { $0.rank <= processor.best.rank })
        #else
            #expect(found == [.portable])
        #endif
    }

    @Test("this one gets those of its own instructions")
    func here() {
        #expect(KernelForm.available == KernelForm.available(instructions: cpu_instructions_here()))
        #expect(KernelForm.available.first == .portable && KernelForm.best == KernelForm.available.last)
    }
}

extension KernelForm {
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
