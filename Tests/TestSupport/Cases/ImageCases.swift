import TensorCore

/// Awkward shapes for the operations on images.
package enum ImageCases {
    package static let prepareImage: [OperationCase] = [
        (300, 500, 64), (1, 1, 8), (64, 64, 64), (7, 4, 33), (33, 2, 5), (2, 900, 100),
    ].map { (height, width, side) in
        var generator = SeededGenerator(seed: 71)
        let photograph = generator.photograph(height: height, width: width)
        return OperationCase(
            "\(height) x \(width) to \(side)", .prepareImage(PrepareImage(side: side)), [photograph], absolute: 1e-6)
    }

    package static let downsample: [OperationCase] =
        ([([1, 16, 8, 3], 2), ([2, 16, 24, 3], 4), ([1, 2, 2, 1], 2), ([1, 18, 6, 33], 6)] as [(Shape, Int)]).map {
            (shape, factor) in
            var generator = SeededGenerator(seed: 72)
            return OperationCase(
                "\(shape) by \(factor)", .downsample(Downsample(factor: factor)), [generator.tensor(shape)],
                absolute: 2e-7)
        }

    /// Side of a crop, side of a cell, width.
    package static let embedPatches: [OperationCase] = [
        (64, 16, 64), (24, 4, 64), (6, 3, 33), (5, 5, 1), (16, 16, 530),
    ].map {
        (side, tokenSide, width) in
        var generator = SeededGenerator(seed: 73)
        let cells = side / tokenSide
        let op = EmbedPatches(
            crops: [
                Crop(input: 0, row: 0, column: 0), Crop(input: 1, row: 3, column: 2),
                Crop(input: 0, row: side / 2, column: side),
            ], side: side, tokenSide: tokenSide, weight: .tensor("weight", [width, tokenSide, tokenSide, 3]),
            bias: .tensor("bias", [width]), classToken: .tensor("class", [width]),
            position: .tensor("position", [1 + cells * cells, width]))
        let maps = [generator.tensor([1, 2 * side, 2 * side, 3]), generator.tensor([1, side + 3, side + 2, 3])]
        return OperationCase(
            "side \(side), cells of \(tokenSide), width \(width)", .embedPatches(op), maps,
            absolute: productTolerance(depth: 3 * tokenSide * tokenSide))
    }
}
