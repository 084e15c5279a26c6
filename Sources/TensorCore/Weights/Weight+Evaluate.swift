extension Weight {
    /// A row-major matrix product [m, k] x [k, n] -> [m, n]; back ends pass their fastest.
    package typealias MatrixProduct =
        @Sendable (_ left: [Float], _ right: [Float], _ m: Int, _ n: Int, _ k: Int)
        -> [Float]

    /// Computes the expression's elements, row-major.
    ///
    /// - Throws: ``WeightError`` when a tensor is missing, misshapen or unreadable.
    package func evaluate(
        from source: any WeightSource, multiply: MatrixProduct
    ) throws(WeightError) -> [Float] {
        switch self {
        case .tensor(let name, let shape):
            try source.require(name, shape: shape)
            return try source.float32(name)
        case .reshaped(let weight, _):
            return try weight.evaluate(from: source, multiply: multiply)
        case .permuted(let weight, let axes):
            let values = try weight.evaluate(from: source, multiply: multiply)
            return permute(values, shape: weight.shape, axes: axes)
        case .columns(let weight, let range):
            let values = try weight.evaluate(from: source, multiply: multiply)
            let width = weight.shape.channels
            return (0..<weight.shape.rows).flatMap { row in
                values[(row * width + range.lowerBound)..<(row * width + range.upperBound)]
            }
        case .product(let left, let right):
            let matrix = try left.evaluate(from: source, multiply: multiply)
            let values = try right.evaluate(from: source, multiply: multiply)
            let (m, k, n) = (left.shape[0], left.shape[1], right.shape.channels)
            return stride(from: 0, to: values.count, by: k * n).flatMap { start in
                multiply(matrix, Array(values[start..<(start + k * n)]), m, n, k)
            }
        case .sum(let left, let right):
            let augend = try left.evaluate(from: source, multiply: multiply)
            let addend = try right.evaluate(from: source, multiply: multiply)
            return zip(augend, addend).map { $0 + $1 }
        case .scaled(let weight, let rows, let factor):
            var values = try weight.evaluate(from: source, multiply: multiply)
            let width = values.count / max(1, weight.shape[0])
            for index in (rows.lowerBound * width)..<(rows.upperBound * width) { values[index] *= factor }
            return values
        case .subpixel(let conv, let upsample):
            return composeSubpixel(
                conv: try conv.evaluate(from: source, multiply: multiply), convShape: conv.shape,
                upsample: try upsample.evaluate(from: source, multiply: multiply), inputs: upsample.shape[3],
                multiply: multiply)
        case .subpixelBias(let conv, let upsampleBias):
            return composeSubpixelBias(
                conv: try conv.evaluate(from: source, multiply: multiply), convShape: conv.shape,
                upsampleBias: try upsampleBias.evaluate(from: source, multiply: multiply))
        }
    }
}

extension WeightSource {
    /// Checks that a tensor is there with the shape that the model needs.
    package func require(_ name: String, shape: Shape) throws(WeightError) {
        guard let description = tensors[name] else { throw .missing(nameInFile(name)) }
        guard description.shape == shape else {
            throw .shapeMismatch(name: nameInFile(name), expected: shape, found: description.shape)
        }
    }
}

/// Reorders row-major `values` so that axis `i` of the result is axis `axes[i]` of `shape`.
func permute(_ values: [Float], shape: Shape, axes: [Int]) -> [Float] {
    var strides = [Int](repeating: 1, count: shape.rank)
    for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let extents = axes.map { shape[$0] }
    let steps = axes.map { strides[$0] }
    var result = [Float]()
    result.reserveCapacity(values.count)
    var index = [Int](repeating: 0, count: axes.count)
    var offset = 0
    let (innerExtent, innerStep) = (extents.last ?? 1, steps.last ?? 1)
    while result.count < values.count {
        for i in 0..<innerExtent { result.append(values[offset + i * innerStep]) }
        var axis = axes.count - 2
        while axis >= 0 {
            index[axis] += 1
            offset += steps[axis]
            if index[axis] < extents[axis] { break }
            offset -= steps[axis] * extents[axis]
            index[axis] = 0
            axis -= 1
        }
    }
    return result
}
