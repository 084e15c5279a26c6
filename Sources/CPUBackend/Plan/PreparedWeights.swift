import Synchronization
import TensorCore

/// Every distinct weight of a plan, evaluated, in one region.
struct PreparedWeights {
    private let region: MemoryRegion
    private let byteOffsets: [Weight: Int]

    /// Checks the shapes of all tensors, then reads and evaluates the weights, several at once.
    init(_ weights: [Weight], from source: any WeightSource, pool: WorkerPool) throws(BackendError) {
        do {
            for weight in weights {
                for tensor in weight.tensors { try source.require(tensor.name, shape: tensor.shape) }
            }
        } catch { throw .weights(error) }

        var byteCount = 0
        var byteOffsets: [Weight: Int] = [:]
        for weight in weights {
            byteOffsets[weight] = byteCount
            let size = weight.shape.elementCount * MemoryLayout<Float>.size
            byteCount += (size + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment
        }
        region = try MemoryRegion(byteCount: byteCount, purpose: "the weights")
        self.byteOffsets = byteOffsets

        let failures = Mutex<[Int: WeightError]>([:])
        pool.run(weights.count) { [region] index, _ in
            let weight = weights[index]
            guard let offset = byteOffsets[weight] else { return }
            let buffer = UnsafeMutableBufferPointer(start: region.floats(at: offset), count: weight.shape.elementCount)
            do throws(WeightError) {
                try weight.fill(buffer, from: source)
            } catch {
                failures.withLock { $0[index] = error }
            }
        }
        // The first in the plan's order, so that the message does not depend on chance.
        if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw .weights(first.value) }
        source.releaseMemory()
    }

    func address(of weight: Weight) -> UnsafePointer<Float> {
        guard let offset = byteOffsets[weight] else { preconditionFailure("\(weight) is not a weight of the plan") }
        return UnsafePointer(region.floats(at: offset))
    }
}

extension Weight {
    /// Evaluates the expression into memory; a plain tensor without a copy in between.
    fileprivate func fill(
        _ buffer: UnsafeMutableBufferPointer<Float>, from source: any WeightSource
    ) throws(WeightError) {
        switch self {
        case .tensor(let name, _):
            var span = buffer.mutableSpan
            try source.read(name, into: &span)
        case .reshaped(let weight, _):
            try weight.fill(buffer, from: source)
        case .permuted, .columns, .product, .sum, .subpixel, .subpixelBias:
            let values = try evaluate(from: source, multiply: BLAS.multiply)
            _ = buffer.initialize(from: values)
        }
    }
}
