import CPUKernels
import Synchronization
import TensorCore

/// Every distinct weight of a plan, evaluated, in one region.
struct PreparedWeights {
    private let region: MemoryRegion

    var base: UnsafeRawPointer { UnsafeRawPointer(region.base) }

    /// Checks the shapes of all tensors, then reads and evaluates the weights, several at once.
    init(
        _ layout: WeightLayout, from source: any WeightSource, pool: WorkerPool, kernels: cpu_kernels
    ) throws(BackendError) {
        let weights = layout.weights
        do {
            for weight in weights {
                for tensor in weight.weight.tensors { try source.require(tensor.name, shape: tensor.shape) }
            }
        } catch { throw .weights(error) }

        region = try MemoryRegion(byteCount: layout.byteCount, purpose: "the weights")
        let bufferCount = weights.map(\.bufferCount).max() ?? 0
        let buffers = try MemoryRegion(
            byteCount: bufferCount * MemoryLayout<Float>.size * pool.workerCount, purpose: "reading the weights")
        let failures = Mutex<[Int: WeightError]>([:])
        // The largest first, so that the workers finish together.
        let order = weights.indices.sorted {
            (-weights[$0].byteCount(kernels), $0) < (-weights[$1].byteCount(kernels), $1)
        }
        pool.run(weights.count) { [region] place, worker in
            let index = order[place]
            do throws(WeightError) {
                try weights[index].fill(
                    region.base + layout.byteOffset(of: weights[index]), from: source, kernels: kernels,
                    buffer: buffers.floats(at: worker * bufferCount * MemoryLayout<Float>.size))
            } catch {
                failures.withLock { $0[index] = error }
            }
        }
        // The first in the plan's order, so that the message does not depend on chance.
        if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw .weights(first.value) }
        source.releaseMemory()
    }
}
