import TensorCore

/// Shapes at which kernels for matrix units have to do something else than multiply whole tiles: rows that end within a
/// tile, channels that end within a slab or within a chunk of eight, taps outside the map, tokens that end within a block.
package enum MatrixCases {
    /// One case for each path through the kernels: for units whose fragments are all that is new.
    package static let few: [OperationCase] = [
        ProductCases.linear[0], ProductCases.linear[5], ProductCases.convolution[0], ProductCases.subpixel[6],
        TokenCases.attention[0], TokenCases.attention[1], attention(tokens: 70, headWidth: 32),
    ]

    /// Every operation, with one row and one token too: for units whose copies and shares others have as well.
    package static let each: [OperationCase] =
        few + [
            ProductCases.upsample[1], ProductCases.convolution[5], rectified, ImageCases.embedPatches[2],
            TokenCases.attention[3], linear([1, 1, 64], 24, epilogueCase(channels: 24, bias: true, activation: .gelu)),
        ]

    /// One of each kernel, where elements alone are new.
    package static let elements: [OperationCase] = [
        ProductCases.linear[5], rectified, attention(tokens: 70, headWidth: 32),
    ]

    package static let all: [OperationCase] =
        few + [
            linear([1, 1, 64], 24, epilogueCase(channels: 24, bias: true, activation: .gelu)),
            linear([17, 1, 40], 65, epilogueCase(channels: 65, residuals: 2)),
            linear([1, 131, 320], 70, epilogueCase(channels: 70, residuals: 1)),
            rectified, convolution(channels: 128, rectifies: false),
            linear([1, 129, 96], 33, Epilogue()),
            ProductCases.linear[1], linear([1, 1, 1], 5, Epilogue()), ProductCases.convolution[1],
            ProductCases.convolution[3],
            ProductCases.convolution[4], ProductCases.convolution[5], ProductCases.convolution[9],
            ProductCases.upsample[0], ProductCases.upsample[1], ProductCases.subpixel[0], ProductCases.subpixel[1],
            TokenCases.attention[3], attention(tokens: 33, headWidth: 16), ImageCases.embedPatches[0],
            ImageCases.embedPatches[2],
        ]

    /// What is read is rectified on its way.
    package static let rectified = convolution(channels: 64, rectifies: true)

    /// As small as can be with every slot of local memory in use twice, for tools that watch every access.
    package static let tiny: [OperationCase] = [
        linear([1, 5, 136], 9, epilogueCase(channels: 9, bias: true, residuals: 1)),
        linear([1, 3, 101], 6, Epilogue()),
        OperationCase(
            "[1, 3, 3, 8] -> 8",
            .conv2D(
                Conv2D(weight: .tensor("w", [8, 3, 3, 8]), padding: 1, rectifiesInput: true, epilogue: Epilogue())),
            [tensor([1, 3, 3, 8])], absolute: 1e-5),
        attention(tokens: 70, headWidth: 16, heads: 1, crops: 1),
    ]

    /// More slabs than any cut has slots.
    package static let everySlotTwice = linear([1, 130, 170], 72, epilogueCase(channels: 72, bias: true))

    private static func linear(_ x: Shape, _ columns: Int, _ epilogue: Epilogue) -> OperationCase {
        var generator = SeededGenerator(seed: 91)
        let op = Linear(weight: .tensor("weight", [columns, x.channels]), epilogue: epilogue)
        let residuals = (0..<epilogue.residualCount).map { _ in generator.tensor(x.replacingChannels(with: columns)) }
        return OperationCase(
            "\(x) -> \(columns)", .linear(op), [generator.tensor(x)] + residuals, seed: 92,
            absolute: productTolerance(depth: x.channels))
    }

    /// Taps of several steps, each of several slabs.
    private static func convolution(channels: Int, rectifies: Bool) -> OperationCase {
        let op = Conv2D(
            weight: .tensor("w", [36, 3, 3, channels]), padding: 1, rectifiesInput: rectifies,
            epilogue: epilogueCase(channels: 36, bias: true))
        return OperationCase(
            "[2, 9, 11, \(channels)] -> 36", .conv2D(op), [tensor([2, 9, 11, channels])],
            absolute: productTolerance(depth: 9 * channels))
    }

    package static func attention(tokens: Int, headWidth: Int, heads: Int = 2, crops: Int = 2) -> OperationCase {
        var generator = SeededGenerator(seed: 93)
        return OperationCase(
            "\(tokens) tokens, \(heads) x \(headWidth)", .attention(Attention(headCount: heads)),
            [generator.tensor([crops, tokens, 3 * heads * headWidth], in: -4...4)], absolute: 1e-5)
    }

    /// A NaN in the first key, in another that comes first, in the last and in a query, of few tokens and of many: it must show
    /// where it counts and nowhere else.
    package static let withNaN: [OperationCase] = [10, 70].flatMap { tokens in
        [("key", 1, 0), ("key", 1, 5), ("key", 1, tokens - 1), ("query", 0, 3)].map { name, part, row in
            attention(tokens: tokens, "a NaN in \(name) \(row)") { token, channel, value in
                token == row && channel / 32 == part && channel % 32 == 7 ? .nan : value
            }
        }
    }

    /// Scores so great that a sum misses them by many units of the exponent: any key may win, but the result is a mean of
    /// values, which lie between -1 and 1.
    package static let hugeScores: [OperationCase] = [10, 70].map { tokens in
        attention(tokens: tokens, "huge scores") { _, channel, value in
            channel / 32 < 2 ? 30_000 * value : value
        }
    }

    /// One head of 32, with elements of the queries, keys and values by token and channel.
    private static func attention(
        tokens: Int, _ what: String, _ element: (_ token: Int, _ channel: Int, _ value: Float) -> Float
    ) -> OperationCase {
        let x = tensor([1, tokens, 96])
        let values = (x.float32 ?? []).enumerated().map { element($0 / 96, $0 % 96, $1) }
        return OperationCase(
            "\(tokens) tokens, \(what)", .attention(Attention(headCount: 1)),
            [HostTensor(shape: x.shape, float32: values)], absolute: 1e-5)
    }

    private static func tensor(_ shape: Shape) -> HostTensor {
        var generator = SeededGenerator(seed: 94)
        return generator.tensor(shape)
    }
}
