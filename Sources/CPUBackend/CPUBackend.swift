import CPUKernels
package import TensorCore

/// Runs plans on the processor with kernels of its own and one fixed pool of threads. Results do not depend on the number
/// of threads.
package final class CPUBackend: Backend {
    package let device: DeviceInfo
    package let joinsSteps = false
    let pool: WorkerPool
    let kernelForm: KernelForm
    let arithmetic: Arithmetic

    /// - Parameters:
    ///   - threadCount: threads that compute, the caller's included; nil for as many as the affinity mask and the
    ///     control group's quota leave.
    ///   - kernelForm: the instruction set of the vectorised kernels, one of ``KernelForm/available``; nil for the
    ///     widest.
    ///   - arithmetic: what products multiply.
    package init(threadCount: Int? = nil, kernelForm: KernelForm? = nil, arithmetic: Arithmetic = .float32) {
        pool = WorkerPool(workerCount: threadCount ?? CoreCount.usable)
        self.kernelForm = kernelForm ?? .best
        self.arithmetic = arithmetic
        device = Self.describe(threadCount: pool.workerCount, kernelForm: self.kernelForm)
    }

    package func prepare(
        _ plan: Plan, weights: any WeightSource
    ) throws(BackendError) -> any PreparedPlan {
        try CPUPreparedPlan(plan, weights: weights, arithmetic: arithmetic, pool: pool, kernels: kernels)
    }

    /// The operating system finds memory for any plan until it is used.
    package func checkMemory(for plan: Plan) {}

    package func memoryNeed(of plan: Plan) -> MemoryNeed {
        CPUPreparedPlan.memoryNeed(of: plan, arithmetic: arithmetic, workerCount: pool.workerCount, kernels: kernels)
    }

    private var kernels: cpu_kernels {
        guard let kernels = kernelForm.kernels else {
            preconditionFailure("this processor lacks the instructions for the \(kernelForm.rawValue) kernels")
        }
        return kernels
    }

    private static func describe(threadCount: Int, kernelForm: KernelForm) -> DeviceInfo {
        let processor = ProcessorInfo.current
        let cores =
            "\(processor.physicalCoreCount) physical, \(processor.logicalCoreCount) logical, "
            + "\(CoreCount.usable) usable"
        return DeviceInfo(
            name: "cpu", model: processor.model,
            properties: [
                .init(name: "instruction sets", value: processor.instructionSets.joined(separator: " ")),
                .init(name: "cores", value: cores),
                .init(name: "threads", value: "\(threadCount)"),
                .init(name: "kernels", value: kernelForm.rawValue),
            ])
    }
}
