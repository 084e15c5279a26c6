import CPUKernels
package import Machine
package import TensorCore

/// Runs plans on the processor with kernels of its own and one fixed pool of threads. Results do not depend on the number
/// of threads.
package final class CPUBackend: Backend {
    package let device: DeviceInfo
    package let joinsSteps = false
    let pool: WorkerPool
    let kernelForm: KernelForm
    let arithmetic: Arithmetic
    /// The memory that the process may ever hold; nil where the system does not tell.
    private let memoryLimitByteCount: Int?

    /// - Parameters:
    ///   - threadCount: threads that compute, the caller's included; nil for as many as the affinity mask and the
    ///     control group's quota leave.
    ///   - kernelForm: the instruction set of the vectorised kernels, one of ``KernelForm/available``; nil for the
    ///     widest.
    ///   - arithmetic: what products multiply.
    ///   - memory: what the process may hold.
    package init(
        threadCount: Int? = nil, kernelForm: KernelForm? = nil, arithmetic: Arithmetic = .float32,
        memory: HostMemory = HostMemory()
    ) {
        pool = WorkerPool(workerCount: threadCount ?? CoreCount.usable)
        self.kernelForm = kernelForm ?? .best
        self.arithmetic = arithmetic
        memoryLimitByteCount = memory.limitByteCount
        device = Self.describe(threadCount: pool.workerCount, kernelForm: self.kernelForm, memory: memory)
    }

    package func prepare(
        _ plan: Plan, weights: any WeightSource
    ) throws(BackendError) -> any PreparedPlan {
        try checkMemory(for: plan)
        return try CPUPreparedPlan(plan, weights: weights, arithmetic: arithmetic, pool: pool, kernels: kernels)
    }

    /// The operating system finds memory for any plan, and ends the process when it is used.
    package func checkMemory(for plan: Plan) throws(BackendError) {
        let need = memoryNeed(of: plan)
        guard let limit = memoryLimitByteCount, need.byteCount > limit else { return }
        throw .outOfDeviceMemory(
            device: device.name,
            reason: "\(need.byteCount) bytes are needed, \(need.weightByteCount) of them for weights;"
                + " this process may have \(limit)")
    }

    package func memoryNeed(of plan: Plan) -> MemoryNeed {
        CPUPreparedPlan.memoryNeed(of: plan, arithmetic: arithmetic, workerCount: pool.workerCount, kernels: kernels)
    }

    private var kernels: cpu_kernels {
        guard let kernels = kernelForm.kernels else {
            preconditionFailure("this processor lacks the instructions for the \(kernelForm.rawValue) kernels")
        }
        return kernels
    }

    private static func describe(threadCount: Int, kernelForm: KernelForm, memory: HostMemory) -> DeviceInfo {
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
                .init(name: "memory", value: memory.limitByteCount.map(DeviceInfo.gigabytes) ?? "unknown"),
                .init(name: "kernels", value: kernelForm.rawValue),
            ])
    }
}
