import TensorCore

/// Awkward shapes for the operations on tokens.
package enum TokenCases {
    package static let layerNorm: [OperationCase] =
        ([[1, 577, 192], [1, 5, 1024], [2, 17, 33], [1, 1, 2], [3, 5, 16], [1, 60, 1000]] as [Shape]).map { shape in
            layerNorm(shape, in: -1...1, absolute: 1e-6)
        } + [
            // Far from zero the mean must be taken out before squaring.
            layerNorm([1, 9, 1024], in: 99...101, absolute: 3e-5),
            // Rows without variance give the bias.
            layerNorm([1, 2, 5], in: 0.5...0.5, absolute: 1e-6),
        ]

    private static func layerNorm(_ shape: Shape, in range: ClosedRange<Float>, absolute: Double) -> OperationCase {
        var generator = SeededGenerator(seed: 31)
        let op = LayerNorm(
            weight: .tensor("weight", [shape.channels]), bias: .tensor("bias", [shape.channels]), epsilon: 1e-6)
        return OperationCase(
            "\(shape) in \(range)", .layerNorm(op), [generator.tensor(shape, in: range)], seed: 32, absolute: absolute,
            relative: 1e-6)
    }

    package static let attention: [OperationCase] =
        [
            attention(crops: 1, tokens: 577, heads: 2, headWidth: 64),
            attention(crops: 2, tokens: 17, heads: 3, headWidth: 64, in: -4...4),
            attention(crops: 1, tokens: 1, heads: 1, headWidth: 1),
            attention(crops: 1, tokens: 1, heads: 2, headWidth: 64),
            attention(crops: 2, tokens: 128, heads: 1, headWidth: 32),
            attention(crops: 1, tokens: 129, heads: 5, headWidth: 7),
            attention(crops: 1, tokens: 650, heads: 1, headWidth: 16),
            attention(crops: 1, tokens: 33, heads: 2, headWidth: 100, in: -8...8),
        ]
        + (0..<3).map { (seed: UInt64) in
            var random = SeededGenerator(seed: 2000 + seed)
            return attention(
                crops: .random(in: 1...2, using: &random), tokens: .random(in: 1...300, using: &random),
                heads: .random(in: 1...3, using: &random), headWidth: .random(in: 1...80, using: &random))
        }

    /// A score's error, about that of a product, is a relative error of its weight.
    private static func attention(
        crops: Int, tokens: Int, heads: Int, headWidth: Int, in range: ClosedRange<Float> = -1...1
    ) -> OperationCase {
        var generator = SeededGenerator(seed: 21)
        let x = generator.tensor([crops, tokens, 3 * heads * headWidth], in: range)
        let size = Double(range.upperBound)
        return OperationCase(
            "\(crops) crops, \(tokens) tokens, \(heads) x \(headWidth), \(range)",
            .attention(Attention(headCount: heads)), [x],
            absolute: (productTolerance(depth: headWidth) * size * size + 1e-6) * size)
    }

    package static let mergeTokens: [OperationCase] = [(1, 5, 0, 7), (3, 4, 1, 8), (5, 24, 3, 4), (2, 3, 1, 3)].map {
        (side, tokensPerSide, padding, width) in
        var generator = SeededGenerator(seed: 74)
        let count = side * side
        // The first crop lies in a tensor of its own, the others in reverse order.
        let sources = (0..<count).map { MergeTokens.Source(input: $0 == 0 ? 0 : 1, crop: $0 == 0 ? 0 : count - $0) }
        let op = MergeTokens(sources: sources, side: side, tokensPerSide: tokensPerSide, padding: padding)
        let tokens = 1 + tokensPerSide * tokensPerSide
        let inputs = [generator.tensor([1, tokens, width]), generator.tensor([count, tokens, width])]
        return OperationCase(
            "\(side) x \(side) crops of \(tokensPerSide), padding \(padding), width \(width)", .mergeTokens(op), inputs,
            absolute: 0)
    }

    package static let concatenate: [OperationCase] = {
        var generator = SeededGenerator(seed: 75)
        let inputs = [1, 32, 5].map { generator.tensor([2, 9, 30, $0]) }
        return [OperationCase("1 + 32 + 5 channels", .concatenate, inputs, absolute: 0)]
    }()
}
