import CPUKernels
import TensorCore

/// How a kernel wants a weight to lie in memory.
enum WeightPacking: Hashable {
    /// float32, row-major, as the operation states its shape.
    case plain
    /// In panels for products of an arithmetic, one matrix after the other; see Kernels/CPU/packed_weights.h.
    case panels(ProductShape, Arithmetic)
    /// Transformed for ``WinogradStep``.
    case winograd(Arithmetic)
}

/// A weight in the form in which a step reads it.
struct PackedWeight: Hashable {
    let weight: Weight
    let packing: WeightPacking

    /// Everything that the steps of a plan read, in the order of first use.
    static func needed(by plan: Plan, arithmetic: Arithmetic) -> [PackedWeight] {
        var seen = Set<PackedWeight>()
        return plan.nodes.flatMap { node in
            node.op.weights.map { PackedWeight(weight: $0, packing: packing(of: $0, in: node, plan, arithmetic)) }
        }.filter { seen.insert($0).inserted }
    }

    private static func packing(of weight: Weight, in node: Node, _ plan: Plan, _ arithmetic: Arithmetic)
        -> WeightPacking
    {
        guard let product = node.op.productWeight, product.weight == weight else { return .plain }
        if case .conv2D(let conv) = node.op, WinogradStep.applies(to: conv) {
            return .winograd(WinogradStep.arithmetic(within: arithmetic))
        }
        return .panels(product.shape, node.arithmetic(in: plan, within: arithmetic))
    }

    func byteCount(_ kernels: cpu_kernels) -> Int {
        switch packing {
        case .plain:
            weight.shape.elementCount * MemoryLayout<Float>.size
        case .panels(let shape, let arithmetic):
            shape.matrixCount
                * kernels.packed_size(
                    arithmetic.kernelValue, shape.columnCount, shape.tapCount, shape.channelCount)
        case .winograd(let arithmetic):
            kernels.winograd_weight_size(arithmetic.kernelValue, weight.shape[0], weight.shape[3])
        }
    }

    /// Elements that ``fill(_:from:kernels:buffer:)`` wants room for.
    var bufferCount: Int {
        if case .plain = packing { 0 } else { weight.tensorInPlace == nil ? 0 : weight.shape.elementCount }
    }

    /// Evaluates the weight into memory of ``byteCount(_:)`` bytes. A tensor that needs no algebra is read into `buffer`,
    /// which saves asking the system for memory once for every weight.
    func fill(
        _ memory: UnsafeMutableRawPointer, from source: any WeightSource, kernels: cpu_kernels,
        buffer: UnsafeMutablePointer<Float>
    ) throws(WeightError) {
        let count = weight.shape.elementCount
        if let name = weight.tensorInPlace {
            let floats = packing == .plain ? memory.assumingMemoryBound(to: Float.self) : buffer
            var span = UnsafeMutableBufferPointer(start: floats, count: count).mutableSpan
            try source.read(name, into: &span)
            if packing != .plain { pack(floats, into: memory, kernels) }
        } else {
            let values = try weight.evaluate(from: source, multiply: kernels.multiply)
            pack(values, into: memory, kernels)
        }
    }

    private func pack(_ values: UnsafePointer<Float>, into memory: UnsafeMutableRawPointer, _ kernels: cpu_kernels) {
        switch packing {
        case .plain:
            memory.assumingMemoryBound(to: Float.self).update(from: values, count: weight.shape.elementCount)
        case .panels(let shape, let arithmetic):
            let matrix = shape.columnCount * shape.tapCount * shape.channelCount
            let size = byteCount(kernels) / shape.matrixCount
            for index in 0..<shape.matrixCount {
                kernels.pack(
                    arithmetic.kernelValue, shape.columnCount, shape.tapCount, shape.channelCount,
                    values + index * matrix, memory + index * size)
            }
        case .winograd(let arithmetic):
            kernels.winograd_pack(
                arithmetic.kernelValue, weight.shape[0], weight.shape[3], values, memory)
        }
    }
}

extension Weight {
    /// The tensor whose elements the expression has, in their order; nil when there is something to compute.
    fileprivate var tensorInPlace: String? {
        switch self {
        case .tensor(let name, _): name
        case .reshaped(let weight, _): weight.tensorInPlace
        case .permuted, .columns, .product, .sum, .scaled, .subpixel, .subpixelBias: nil
        }
    }
}
