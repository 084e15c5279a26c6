import TensorCore

/// Shapes at which kernels for matrix units have to do something else than multiply whole tiles: rows that end within a
/// tile, channels that end within a slab or within a chunk of eight, taps outside the map, tokens that end within a block.
package enum MatrixCases {
    /// One case for each path through the kernels: for units whose fragments are all that is new.
    package static let few: [OperationCase] = [
        ProductCases.linear[0], ProductCases.linear[5], ProductCases.convolution[0], ProductCases.subpixel[6],
        TokenCases.attention[0], TokenCases.attention[1], attention(tokens: 70, headWidth: 32),
    ]

    package static let all: [OperationCase] =
        few + [
            linear([1, 1, 64], 24, epilogueCase(channels: 24, bias: true, activation: .gelu)),
            linear([17, 1, 40], 65, epilogueCase(channels: 65, residuals: 2)),
            linear([1, 129, 96], 33, Epilogue()),
            ProductCases.linear[1], ProductCases.linear[4], ProductCases.convolution[1], ProductCases.convolution[3],
            ProductCases.convolution[4], ProductCases.convolution[5], ProductCases.convolution[9],
            ProductCases.upsample[0], ProductCases.upsample[1], ProductCases.subpixel[0], ProductCases.subpixel[1],
            TokenCases.attention[3], attention(tokens: 33, headWidth: 16), ImageCases.embedPatches[0],
            ImageCases.embedPatches[2],
        ]

    private static func linear(_ x: Shape, _ columns: Int, _ epilogue: Epilogue) -> OperationCase {
        var generator = SeededGenerator(seed: 91)
        let op = Linear(weight: .tensor("weight", [columns, x.channels]), epilogue: epilogue)
        let residuals = (0..<epilogue.residualCount).map { _ in generator.tensor(x.replacingChannels(with: columns)) }
        return OperationCase(
            "\(x) -> \(columns)", .linear(op), [generator.tensor(x)] + residuals, seed: 92,
            absolute: productTolerance(depth: x.channels))
    }

    private static func attention(tokens: Int, headWidth: Int) -> OperationCase {
        var generator = SeededGenerator(seed: 93)
        return OperationCase(
            "\(tokens) tokens, 2 x \(headWidth)", .attention(Attention(headCount: 2)),
            [generator.tensor([2, tokens, 6 * headWidth], in: -4...4)], absolute: 1e-5)
    }
}
