package import TensorCore
import Testing

/// One operation with its inputs and weights, and how far off a back end may be in float32.
package struct OperationCase: Sendable, CustomTestStringConvertible {
    package let testDescription: String
    package let op: Op
    package let inputs: [HostTensor]
    package let weights: MemoryWeights
    package let absolute: Double
    package let relative: Double

    package init(
        _ description: String, _ op: Op, _ inputs: [HostTensor], weights: MemoryWeights, absolute: Double,
        relative: Double = 0
    ) {
        testDescription = "\(op.name) \(description)"
        self.op = op
        self.inputs = inputs
        self.weights = weights
        self.absolute = absolute
        self.relative = relative
    }

    package init(
        _ description: String, _ op: Op, _ inputs: [HostTensor], seed: UInt64 = 1,
        weightRange: ClosedRange<Float> = -1...1, absolute: Double, relative: Double = 0
    ) {
        let weights = MemoryWeights(for: op.weights, seed: seed, in: weightRange)
        self.init(description, op, inputs, weights: weights, absolute: absolute, relative: relative)
    }

    /// Whether it is a product without residuals.
    package var isPlainProduct: Bool {
        switch op {
        case .linear, .conv2D, .upsampleConv, .subpixelConv: op.epilogue?.residualCount == 0
        default: false
        }
    }

    package func reference() throws -> [Double] {
        try Reference.evaluate(op, inputs.map(Reference.Tensor.init), weights: weights).values
    }

    /// The case for a back end that stores elements so: inputs and weights that it holds, and the rounding of the result
    /// allowed for.
    package func stored(as storage: DataType) -> OperationCase {
        guard storage != .float32 else { return self }
        let round = { (x: Float) in storage == .float16 ? Float(Float16(x)) : x.roundedToBFloat16 }
        let rounded = inputs.map { input in
            input.float32.map { HostTensor(shape: input.shape, float32: $0.map(round)) } ?? input
        }
        return OperationCase(
            "\(testDescription.dropFirst(op.name.count + 1)) in \(storage)", op, rounded,
            weights: weights.mapped(round),
            absolute: absolute + 0x1p-24, relative: relative + storage.greatestRounding)
    }

    /// A graph of the one operation with tensors before and behind every value of the arena that must come out as they
    /// went in. With `keepsInputs` the inputs must, too; without, the output takes over the memory of a residual.
    package func guarded(keepsInputs: Bool) -> (graph: Graph, guards: [HostTensor]) {
        var graph = Graph()
        let values = inputs.map { input in graph.input(input.dataType == .uint8 ? .photograph : .tensor(input.shape)) }
        let output = graph.append(op, values, scope: "test", stage: .decoder)
        let greatest = (inputs.map(\.shape.elementCount) + [graph.shape(output).elementCount]).max() ?? 0
        let guards = [greatest + 16, 16].map { count in
            HostTensor(shape: [count], float32: (0..<count).map { Float($0 % 64) + 0.25 })
        }
        graph.outputs = [("result", output)]
        for (index, band) in guards.enumerated() {
            graph.outputs.append(("guard \(index)", graph.input(.tensor(band.shape))))
        }
        for (index, (input, value)) in zip(inputs, values).enumerated() where keepsInputs && input.float32 != nil {
            graph.outputs.append(("input \(index)", value))
        }
        return (graph, guards)
    }
}

/// An epilogue of every part that the arguments name, its weights under fixed names.
package func epilogueCase(
    channels: Int, bias: Bool = false, activation: Epilogue.Activation = .none, scale: Bool = false, residuals: Int = 0
) -> Epilogue {
    Epilogue(
        bias: bias ? .tensor("bias", [channels]) : nil, activation: activation,
        layerScale: scale ? .tensor("scale", [channels]) : nil, residualCount: residuals)
}
