import CPUKernels
import TensorCore

/// How a kernel wants a weight to lie in memory.
enum WeightPacking: Hashable {
    /// Row-major, as the operation states its shape.
    case plain
    /// Transformed for ``WinogradStep``.
    case winograd
}

/// A weight in the form in which a step reads it.
struct PackedWeight: Hashable {
    let weight: Weight
    let packing: WeightPacking

    /// Everything that the steps of a plan read, in the order of first use.
    static func needed(by plan: Plan) -> [PackedWeight] {
        var seen = Set<PackedWeight>()
        return plan.nodes.flatMap { node in
            node.op.weights.map { PackedWeight(weight: $0, packing: packing(of: $0, in: node.op)) }
        }.filter { seen.insert($0).inserted }
    }

    private static func packing(of weight: Weight, in op: Op) -> WeightPacking {
        guard case .conv2D(let conv) = op, conv.weight == weight, WinogradStep.applies(to: conv) else { return .plain }
        return .winograd
    }

    func elementCount(_ kernels: cpu_kernels) -> Int {
        switch packing {
        case .plain: weight.shape.elementCount
        case .winograd: kernels.winograd_weight_count(weight.shape[0], weight.shape[3])
        }
    }

    /// Evaluates the weight into `buffer`, which holds ``elementCount(_:)`` floats.
    func fill(
        _ buffer: UnsafeMutableBufferPointer<Float>, from source: any WeightSource, kernels: cpu_kernels
    ) throws(WeightError) {
        switch packing {
        case .plain:
            try weight.fill(buffer, from: source)
        case .winograd:
            let values = try weight.evaluate(from: source, multiply: BLAS.multiply)
            guard let base = buffer.baseAddress else { return }
            kernels.winograd_pack(weight.shape[0], weight.shape[3], values, base)
        }
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
