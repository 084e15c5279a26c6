import TensorCore

/// Attention on matrix units reads its queries rounded, and wants them multiplied by log2(e) / sqrt(head width), so that the
/// powers of two of their products with keys are the shares. Multiplied as they are read they are rounded twice; where a
/// linear map makes them for attention alone, its weights take the factor instead, and they are rounded once.
struct ScaledQueries {
    /// What each value's first third comes out multiplied by: values of linear maps that attention alone reads.
    private var factors: [Value: Float] = [:]

    /// What the kernel multiplies queries by, to make powers of two of scores in nats.
    private static let log2e: Float = 1.442_695_04

    init(_ plan: Plan, _ limits: KernelLimits) {
        guard limits.forms.attention.matrixUnit != nil else { return }
        var readers = [[Node]](repeating: [], count: plan.shapes.count)
        for node in plan.nodes { for input in Set(node.inputs) { readers[input.index].append(node) } }
        let outputs = Set(plan.outputs.map(\.value))
        for node in plan.nodes where !outputs.contains(node.output) {
            guard case .linear(let linear) = node.op, linear.epilogue.isAffine,
                let first = readers[node.output.index].first, case .attention(let attention) = first.op,
                readers[node.output.index].allSatisfy({ $0.op == first.op })
            else { continue }
            let headWidth = plan.shape(first.output).channels / attention.headCount
            guard MatrixProgram.takes(headWidth: headWidth) else { continue }
            factors[node.output] = Self.factor(headWidth: headWidth) * Self.log2e
        }
    }

    /// What attention multiplies the product of a query and a key by, to make a score in nats.
    func attentionFactor(_ input: Value, headWidth: Int) -> Float {
        factors[input] == nil ? Self.factor(headWidth: headWidth) : 1 / Self.log2e
    }

    /// The linear map of a node with the factor of its queries.
    func scaled(_ op: Linear, _ output: Value) -> Linear {
        guard let factor = factors[output] else { return op }
        let queries = 0..<(op.weight.shape[0] / 3)
        var epilogue = op.epilogue
        epilogue.bias = epilogue.bias.map { .scaled($0, rows: queries, by: factor) }
        return Linear(weight: .scaled(op.weight, rows: queries, by: factor), epilogue: epilogue)
    }

    private static func factor(headWidth: Int) -> Float { 1 / Float(headWidth).squareRoot() }
}

extension Epilogue {
    /// Whether it does nothing but add a bias.
    fileprivate var isAffine: Bool { activation == .none && layerScale == nil && residualCount == 0 }
}
