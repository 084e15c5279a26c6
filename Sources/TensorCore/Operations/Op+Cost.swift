/// What an operation costs in arithmetic and in compulsory memory traffic.
package struct Cost: Sendable, Hashable {
    /// Floating-point operations, two for each multiply-add; products and attention only.
    package var flopCount: Int
    /// Bytes of inputs, weights and output, each counted once.
    package var byteCount: Int

    package init(flopCount: Int = 0, byteCount: Int = 0) {
        self.flopCount = flopCount
        self.byteCount = byteCount
    }

    package static func + (left: Cost, right: Cost) -> Cost {
        Cost(flopCount: left.flopCount + right.flopCount, byteCount: left.byteCount + right.byteCount)
    }
}

extension Op {
    /// The cost for inputs of the given shapes, at `elementByteCount` bytes for each element and weight.
    package func cost(_ inputs: [Shape], elementByteCount: Int) -> Cost {
        let output = outputShape(inputs)
        let elementCount =
            inputs.reduce(output.elementCount) { $0 + $1.elementCount }
            + weights.reduce(0) { $0 + $1.shape.elementCount }
        return Cost(flopCount: flopCount(inputs, output), byteCount: elementCount * elementByteCount)
    }

    private func flopCount(_ inputs: [Shape], _ output: Shape) -> Int {
        let x = inputs[0]
        switch self {
        case .prepareImage, .downsample, .layerNorm, .mergeTokens, .concatenate:
            return 0
        case .embedPatches(let op):
            return 2 * op.crops.count * (op.tokenCount - 1) * op.weight.shape.elementCount
        case .linear(let op):
            return 2 * x.rows * op.weight.shape.elementCount
        case .attention:
            return 4 * x[0] * x[1] * x[1] * output.channels
        case .conv2D(let op):
            return 2 * output.rows * op.weight.shape.elementCount
        case .upsampleConv(let op):
            return 2 * x.rows * op.weight.shape.elementCount
        case .subpixelConv(let op):
            return 2 * x.rows * op.weight.shape.elementCount
        }
    }
}
