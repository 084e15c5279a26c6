import CPUKernels
import Synchronization
import TensorCore

/// Every distinct weight of a plan, evaluated, in one region.
struct PreparedWeights {
    private let region: MemoryRegion
    private let byteOffsets: [PackedWeight: Int]

    /// Checks the shapes of all tensors, then reads and evaluates the weights, several at once.
    init(
        _ plan: Plan, from source: any WeightSource, pool: WorkerPool, kernels: cpu_kernels
    ) throws(BackendError) {
        let weights = PackedWeight.needed(by: plan)
        do {
            for weight in weights {
                for tensor in weight.weight.tensors { try source.require(tensor.name, shape: tensor.shape) }
            }
        } catch { throw .weights(error) }

        var byteCount = 0
        var byteOffsets: [PackedWeight: Int] = [:]
        for weight in weights {
            byteOffsets[weight] = byteCount
            let size = weight.elementCount(kernels) * MemoryLayout<Float>.size
            byteCount += (size + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment
        }
        region = try MemoryRegion(byteCount: byteCount, purpose: "the weights")
        self.byteOffsets = byteOffsets

        let failures = Mutex<[Int: WeightError]>([:])
        pool.run(weights.count) { [region] index, _ in
            let weight = weights[index]
            guard let offset = byteOffsets[weight] else { return }
            let buffer = UnsafeMutableBufferPointer(
                start: region.floats(at: offset), count: weight.elementCount(kernels))
            do throws(WeightError) {
                try weight.fill(buffer, from: source, kernels: kernels)
            } catch {
                failures.withLock { $0[index] = error }
            }
        }
        // The first in the plan's order, so that the message does not depend on chance.
        if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw .weights(first.value) }
        source.releaseMemory()
    }

    func address(of weight: PackedWeight) -> UnsafePointer<Float> {
        guard let offset = byteOffsets[weight] else { preconditionFailure("\(weight) is not a weight of the plan") }
        return UnsafePointer(region.floats(at: offset))
    }
}
