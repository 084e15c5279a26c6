import CPUKernels
import TensorCore

/// How a kernel wants a weight to lie in memory.
enum WeightPacking: Hashable {
    /// float32, row-major, as the operation states its shape.
    case plain
    /// In panels for products of an arithmetic, one matrix after the other; see Kernels/CPU/packed_weights.h.
    case panels(ProductShape, Arithmetic)
    /// Transformed for ``WinogradStep``.
    case winograd
}

/// A weight in the form in which a step reads it.
struct PackedWeight: Hashable {
    let weight: Weight
    let packing: WeightPacking

    /// Everything that the steps of a plan read, in the order of first use.
    static func needed(by plan: Plan, arithmetic: Arithmetic) -> [PackedWeight] {
        var seen = Set<PackedWeight>()
        return plan.nodes.flatMap { node in
            node.op.weights.map { PackedWeight(weight: $0, packing: packing(of: $0, in: node.op, arithmetic)) }
        }.filter { seen.insert($0).inserted }
    }

    private static func packing(of weight: Weight, in op: Op, _ arithmetic: Arithmetic) -> WeightPacking {
        guard let product = op.productWeight, product.weight == weight else { return .plain }
        if case .conv2D(let conv) = op, WinogradStep.applies(to: conv) { return .winograd }
        return .panels(product.shape, op.arithmetic(within: arithmetic))
    }

    func byteCount(_ kernels: cpu_kernels) -> Int {
        switch packing {
        case .plain:
            weight.shape.elementCount * MemoryLayout<Float>.size
        case .panels(let shape, let arithmetic):
            shape.matrixCount
                * kernels.packed_size(
                    arithmetic.kernelValue, shape.columnCount, shape.tapCount, shape.channelCount)
        case .winograd:
            kernels.winograd_weight_count(weight.shape[0], weight.shape[3]) * MemoryLayout<Float>.size
        }
    }

    /// Evaluates the weight into memory of ``byteCount(_:)`` bytes.
    func fill(
        _ memory: UnsafeMutableRawPointer, from source: any WeightSource, kernels: cpu_kernels
    ) throws(WeightError) {
        let values = try weight.evaluate(from: source, multiply: BLAS.multiply)
        switch packing {
        case .plain:
            memory.assumingMemoryBound(to: Float.self).initialize(from: values, count: values.count)
        case .panels(let shape, let arithmetic):
            let matrix = shape.columnCount * shape.tapCount * shape.channelCount
            let size = byteCount(kernels) / shape.matrixCount
            values.withUnsafeBufferPointer { values in
                guard let base = values.baseAddress else { return }
                for index in 0..<shape.matrixCount {
                    kernels.pack(
                        arithmetic.kernelValue, shape.columnCount, shape.tapCount, shape.channelCount,
                        base + index * matrix, memory + index * size)
                }
            }
        case .winograd:
            kernels.winograd_pack(
                weight.shape[0], weight.shape[3], values, memory.assumingMemoryBound(to: Float.self))
        }
    }
}
