import CPUKernels
import TensorCore

/// Where each distinct weight of a plan lies in one region, in the form in which the steps read it.
struct WeightLayout {
    let weights: [PackedWeight]
    let byteCount: Int
    private let byteOffsets: [PackedWeight: Int]

    init(_ plan: Plan, arithmetic: Arithmetic, kernels: cpu_kernels) {
        weights = PackedWeight.needed(by: plan, arithmetic: arithmetic)
        var byteCount = 0
        var byteOffsets: [PackedWeight: Int] = [:]
        for weight in weights {
            byteOffsets[weight] = byteCount
            let size = weight.byteCount(kernels)
            byteCount += (size + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment
        }
        self.byteCount = byteCount
        self.byteOffsets = byteOffsets
    }

    func byteOffset(of weight: PackedWeight) -> Int {
        guard let offset = byteOffsets[weight] else { preconditionFailure("\(weight) is not a weight of the plan") }
        return offset
    }
}
