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

    /// The size of the matrix product that the operation is: [m, k] times [k, n]; nil for one that is none. Output phases
    /// count among the columns.
    package func productSize(_ inputs: [Shape]) -> (m: Int, n: Int, k: Int)? {
        let x = inputs[0]
        let rows: Int
        let weight: Shape
        /// Leading axes of the weight that are columns of the product.
        var columnAxes = 1
        switch self {
        case .prepareImage, .downsample, .layerNorm, .mergeTokens, .concatenate, .attention: return nil
        case .embedPatches(let op): (rows, weight) = (op.crops.count * (op.tokenCount - 1), op.weight.shape)
        case .linear(let op): (rows, weight) = (x.rows, op.weight.shape)
        case .conv2D(let op): (rows, weight) = (outputShape(inputs).rows, op.weight.shape)
        case .upsampleConv(let op): (rows, weight, columnAxes) = (x.rows, op.weight.shape, 3)
        case .subpixelConv(let op): (rows, weight, columnAxes) = (x.rows, op.weight.shape, 3)
        }
        let columns = weight.dimensions.prefix(columnAxes).reduce(1, *)
        return (rows, columns, weight.elementCount / columns)
    }

    private func flopCount(_ inputs: [Shape], _ output: Shape) -> Int {
        if case .attention = self { return 4 * inputs[0][0] * inputs[0][1] * inputs[0][1] * output.channels }
        return productSize(inputs).map { 2 * $0.m * $0.n * $0.k } ?? 0
    }
}
