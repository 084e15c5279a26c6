package import TensorCore

/// Every operation in Float64, written for clarity: the formula of its documentation, one element at a time. Nothing
/// here is shared with a back end.
package enum Reference {
    package struct Tensor: Sendable, Equatable {
        package var shape: Shape
        package var values: [Double]

        package init(shape: Shape, values: [Double]) {
            self.shape = shape
            self.values = values
        }

        /// Either element type, as numbers.
        package init(_ tensor: HostTensor) {
            shape = tensor.shape
            switch tensor.elements {
            case .float32(let elements): values = elements.map(Double.init)
            case .uint8(let elements): values = elements.map(Double.init)
            }
        }

        init(zeros shape: Shape) {
            self.shape = shape
            values = [Double](repeating: 0, count: shape.elementCount)
        }
    }

    /// One operation.
    package static func evaluate(
        _ op: Op, _ inputs: [Tensor], weights: any WeightSource
    ) throws(WeightError) -> Tensor {
        let constants = Constants(source: weights)
        switch op {
        case .prepareImage(let op): return prepareImage(op, inputs[0])
        case .downsample(let op): return downsample(op, inputs[0])
        case .embedPatches(let op): return try embedPatches(op, inputs, constants)
        case .layerNorm(let op): return try layerNorm(op, inputs[0], constants)
        case .linear(let op): return try linear(op, inputs, constants)
        case .attention(let op): return attention(op, inputs[0])
        case .mergeTokens(let op): return mergeTokens(op, inputs)
        case .conv2D(let op): return try conv2D(op, inputs, constants)
        case .upsampleConv(let op): return try upsampleConv(op, inputs, constants)
        case .subpixelConv(let op): return try subpixelConv(op, inputs, constants)
        case .concatenate: return concatenate(inputs)
        }
    }

    /// A whole graph.
    ///
    /// - Returns: the outputs by name.
    package static func run(
        _ graph: Graph, _ inputs: [HostTensor], weights: any WeightSource
    ) throws(WeightError) -> [String: Tensor] {
        var values: [Value: Tensor] = [:]
        for (input, tensor) in zip(graph.inputs, inputs) { values[input.value] = Tensor(tensor) }
        for node in graph.nodes {
            values[node.output] = try evaluate(node.op, node.inputs.compactMap { values[$0] }, weights: weights)
        }
        return graph.outputs.reduce(into: [:]) { $0[$1.name] = values[$1.value] }
    }
}

/// Weights as Float64.
struct Constants {
    let source: any WeightSource

    func callAsFunction(_ weight: Weight) throws(WeightError) -> [Double] {
        try weight.evaluate(from: source, multiply: multiplyNaively).map(Double.init)
    }

    func callAsFunction(_ weight: Weight?) throws(WeightError) -> [Double]? {
        guard let weight else { return nil }
        let values: [Double] = try self(weight)
        return values
    }
}

/// [m, k] x [k, n] with sums in Float64.
package func multiplyNaively(_ left: [Float], _ right: [Float], _ m: Int, _ n: Int, _ k: Int) -> [Float] {
    var result = [Float]()
    for row in 0..<m {
        for column in 0..<n {
            var sum = 0.0
            for i in 0..<k { sum += Double(left[row * k + i]) * Double(right[i * n + column]) }
            result.append(Float(sum))
        }
    }
    return result
}
