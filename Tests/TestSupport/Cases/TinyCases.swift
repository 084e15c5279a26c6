import TensorCore

/// Every operation once or twice, as small as it can be and still cross the edge of a tile: for tools that watch every
/// access of every work-item.
package enum TinyCases {
    package static let all: [OperationCase] =
        products + [
            OperationCase(
                "[3, 37]", .layerNorm(LayerNorm(weight: .tensor("w", [37]), bias: .tensor("b", [37]), epsilon: 1e-6)),
                [tensor([1, 3, 37])], absolute: 1e-5),
            OperationCase(
                "35 tokens, 2 x 6", .attention(Attention(headCount: 2)), [tensor([1, 35, 36])], absolute: 1e-5),
            OperationCase(
                "19 tokens, 1 x 8", .attention(Attention(headCount: 1)), [tensor([2, 19, 24])], absolute: 1e-5),
            OperationCase(
                "5 x 3 to 6", .prepareImage(PrepareImage(side: 6)),
                [HostTensor(shape: [5, 3, 3], uint8: (0..<45).map { UInt8($0 * 5) })], absolute: 1e-6),
            OperationCase(
                "[1, 4, 8, 3] by 2", .downsample(Downsample(factor: 2)), [tensor([1, 4, 8, 3])], absolute: 1e-6),
            OperationCase("3 + 2 channels", .concatenate, [tensor([1, 7, 3]), tensor([1, 7, 2])], absolute: 0),
            TokenCases.mergeTokens[3],
        ]

    private static let products: [OperationCase] = [
        OperationCase(
            "[1, 35, 18] -> 37", .linear(Linear(weight: .tensor("w", [37, 18]), epilogue: full(37, .gelu))),
            [tensor([1, 35, 18])] + residuals([1, 35, 37]), absolute: 1e-5),
        OperationCase(
            "[1, 5, 8] -> 8", .linear(Linear(weight: .tensor("w", [8, 8]), epilogue: Epilogue())), [tensor([1, 5, 8])],
            absolute: 1e-5),
        OperationCase(
            "[1, 6, 7, 5] -> 9",
            .conv2D(
                Conv2D(
                    weight: .tensor("w", [9, 3, 3, 5]), padding: 1, rectifiesInput: true, epilogue: full(9, .relu))),
            [tensor([1, 6, 7, 5])] + residuals([1, 6, 7, 9]), absolute: 1e-5),
        OperationCase(
            "[1, 7, 5, 4] -> 8, stride 2",
            .conv2D(Conv2D(weight: .tensor("w", [8, 3, 3, 4]), stride: 2, padding: 1, epilogue: Epilogue())),
            [tensor([1, 7, 5, 4])], absolute: 1e-5),
        OperationCase(
            "[2, 3, 4, 5] -> 6",
            .upsampleConv(UpsampleConv(weight: .tensor("w", [2, 2, 6, 5]), epilogue: full(6, .none))),
            [tensor([2, 3, 4, 5])] + residuals([2, 6, 8, 6]), absolute: 1e-5),
        OperationCase(
            "[1, 3, 4, 5] -> 6",
            .subpixelConv(
                SubpixelConv(
                    weight: .tensor("w", [2, 2, 6, 2, 2, 5]), biasMap: .tensor("border", [3, 3, 6]),
                    epilogue: full(6, .none))), [tensor([1, 3, 4, 5])] + residuals([1, 6, 8, 6]), absolute: 1e-5),
        OperationCase(
            "[1, 9, 6] -> 3", .linear(Linear(weight: .tensor("w", [3, 6]), epilogue: full(3, .relu))),
            [tensor([1, 9, 6])] + residuals([1, 9, 3]), absolute: 1e-5),
        OperationCase(
            "[1, 5, 6, 4] -> 1",
            .conv2D(
                Conv2D(weight: .tensor("w", [1, 3, 3, 4]), padding: 1, rectifiesInput: true, epilogue: Epilogue())),
            [tensor([1, 5, 6, 4])], absolute: 1e-5),
        ImageCases.embedPatches[2],
    ]

    private static func full(_ channels: Int, _ activation: Epilogue.Activation) -> Epilogue {
        epilogueCase(channels: channels, bias: true, activation: activation, scale: true, residuals: 2)
    }

    private static func residuals(_ shape: Shape) -> [HostTensor] { [tensor(shape, seed: 5), tensor(shape, seed: 6)] }

    private static func tensor(_ shape: Shape, seed: UInt64 = 4) -> HostTensor {
        var generator = SeededGenerator(seed: seed)
        return generator.tensor(shape)
    }
}
