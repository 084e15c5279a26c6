import TensorCore

/// Awkward shapes for the operations that multiply.
package enum ProductCases {
    package static let linear: [OperationCase] =
        [
            linear([1, 577, 192], 128, epilogueCase(channels: 128, bias: true, scale: true, residuals: 1)),
            linear([2, 577, 93], 61, epilogueCase(channels: 61, bias: true, activation: .gelu)),
            linear([1, 131, 33], 530, epilogueCase(channels: 530, activation: .relu, residuals: 2)),
            linear([3, 17, 64], 32, Epilogue()),
            linear([1, 1, 1], 1, epilogueCase(channels: 1, bias: true, activation: .gelu, scale: true, residuals: 2)),
            linear([5, 1, 17], 6, epilogueCase(channels: 6, bias: true, activation: .relu, scale: true, residuals: 1)),
            linear([1, 129, 1024], 132, epilogueCase(channels: 132, scale: true)),
            linear(
                [2, 65, 40], 3, epilogueCase(channels: 3, bias: true, activation: .relu, scale: true, residuals: 1)),
        ]
        + (0..<4).map { (seed: UInt64) in
            var random = SeededGenerator(seed: 1000 + seed)
            let activations: [Epilogue.Activation] = [.none, .relu, .gelu]
            let columns = Int.random(in: 1...200, using: &random)
            let x: Shape = [
                .random(in: 1...3, using: &random), .random(in: 1...90, using: &random),
                .random(in: 1...200, using: &random),
            ]
            return linear(
                x, columns,
                epilogueCase(
                    channels: columns, bias: .random(using: &random), activation: activations[Int(seed) % 3],
                    scale: .random(using: &random), residuals: .random(in: 0...2, using: &random)), seed: seed)
        }

    private static func linear(_ x: Shape, _ columns: Int, _ epilogue: Epilogue, seed: UInt64 = 11) -> OperationCase {
        let op = Op.linear(Linear(weight: .tensor("weight", [columns, x.channels]), epilogue: epilogue))
        return product("\(x) -> \(columns)", op, x, epilogue, depth: x.channels, seed: seed)
    }

    package static let convolution: [OperationCase] =
        [
            conv([1, 24, 24, 64], 32, rectifies: true, epilogueCase(channels: 32, bias: true, residuals: 2)),
            conv([2, 7, 5, 3], 33, epilogueCase(channels: 33, bias: true, activation: .relu, residuals: 1)),
            conv([1, 1, 1, 1], 1, epilogueCase(channels: 1, bias: true)),
            conv([1, 1, 130, 65], 5, rectifies: true, Epilogue()),
            conv([2, 30, 35, 20], 17, kernel: (2, 5), padding: 3, epilogueCase(channels: 17, activation: .gelu)),
            conv([1, 24, 24, 32], 16, stride: 2, epilogueCase(channels: 16, bias: true, activation: .relu)),
            conv([2, 13, 8, 3], 5, stride: 2, rectifies: true, Epilogue()),
            conv([1, 6, 6, 32], 1, kernel: (6, 6), padding: 0, epilogueCase(channels: 1, bias: true)),
            conv(
                [1, 19, 30, 33], 20, kernel: (1, 1), padding: 0, epilogueCase(channels: 20, bias: true, residuals: 1)),
            conv([1, 19, 3, 8], 20, kernel: (1, 1), padding: 0, rectifies: true, Epilogue()),
            conv([1, 5, 9, 4], 6, kernel: (1, 5), stride: 3, padding: 2, Epilogue()),
        ]
        + (0..<4).map { (seed: UInt64) in
            var random = SeededGenerator(seed: 4000 + seed)
            let x: Shape = [
                .random(in: 1...2, using: &random), .random(in: 3...20, using: &random),
                .random(in: 3...20, using: &random), .random(in: 1...70, using: &random),
            ]
            let outputs = Int.random(in: 1...140, using: &random)
            return conv(
                x, outputs, kernel: (.random(in: 1...3, using: &random), .random(in: 1...3, using: &random)),
                stride: .random(in: 1...2, using: &random), padding: .random(in: 0...2, using: &random),
                rectifies: .random(using: &random),
                epilogueCase(
                    channels: outputs, bias: .random(using: &random), residuals: .random(in: 0...2, using: &random)),
                seed: seed)
        }

    private static func conv(
        _ x: Shape, _ outputs: Int, kernel: (rows: Int, columns: Int) = (3, 3), stride: Int = 1, padding: Int = 1,
        rectifies: Bool = false, _ epilogue: Epilogue, seed: UInt64 = 41
    ) -> OperationCase {
        let weight = Weight.tensor("weight", [outputs, kernel.rows, kernel.columns, x.channels])
        let op = Op.conv2D(
            Conv2D(weight: weight, stride: stride, padding: padding, rectifiesInput: rectifies, epilogue: epilogue))
        return product(
            "\(x) -> \(outputs), kernel \(kernel), stride \(stride), padding \(padding), rectifies \(rectifies)", op, x,
            epilogue, depth: kernel.rows * kernel.columns * x.channels, seed: seed)
    }

    /// Shapes for both kinds of upsampling.
    private static let maps: [(x: Shape, outputs: Int, bias: Bool, border: Bool, residuals: Int)] = [
        ([1, 24, 24, 32], 32, false, false, 0),
        ([2, 5, 7, 3], 33, true, true, 1),
        ([1, 1, 1, 1], 1, false, true, 0),
        ([1, 1, 2, 4], 2, true, true, 0),
        ([1, 3, 1, 17], 8, false, true, 2),
        ([1, 2, 90, 9], 5, true, true, 0),
        ([1, 9, 4, 130], 100, false, true, 0),
        ([1, 6, 5, 8], 130, true, false, 1),
    ]

    package static let upsample: [OperationCase] = maps.map { map in
        let epilogue = epilogueCase(channels: map.outputs, bias: map.bias, residuals: map.residuals)
        let weight = Weight.tensor("weight", [2, 2, map.outputs, map.x.channels])
        return product(
            "\(map.x) -> \(map.outputs)", .upsampleConv(UpsampleConv(weight: weight, epilogue: epilogue)), map.x,
            epilogue, depth: map.x.channels, seed: 51)
    }

    package static let subpixel: [OperationCase] = maps.map { map in
        let epilogue = epilogueCase(channels: map.outputs, bias: map.bias, residuals: map.residuals)
        let op = SubpixelConv(
            weight: .tensor("weight", [2, 2, map.outputs, 2, 2, map.x.channels]),
            biasMap: map.border ? .tensor("border", [3, 3, map.outputs]) : nil, epilogue: epilogue)
        return product(
            "\(map.x) -> \(map.outputs), border \(map.border)", .subpixelConv(op), map.x, epilogue,
            depth: 4 * map.x.channels, seed: 61)
    }

    private static func product(
        _ description: String, _ op: Op, _ shape: Shape, _ epilogue: Epilogue, depth: Int, seed: UInt64
    ) -> OperationCase {
        var generator = SeededGenerator(seed: seed)
        let x = generator.tensor(shape)
        let output = outputShape(op, shape, epilogue)
        let residuals = (0..<epilogue.residualCount).map { _ in generator.tensor(output) }
        return OperationCase(
            "\(description) \(describe(epilogue))", op, [x] + residuals, seed: seed + 1,
            absolute: productTolerance(depth: depth))
    }

    /// The shape that the residuals must have, before there are any.
    private static func outputShape(_ op: Op, _ x: Shape, _ epilogue: Epilogue) -> Shape {
        switch op {
        case .linear(let op): x.replacingChannels(with: op.weight.shape[0])
        case .conv2D(let op):
            Op.conv2D(Conv2D(weight: op.weight, stride: op.stride, padding: op.padding, epilogue: Epilogue()))
                .outputShape([x])
        case .upsampleConv(let op): [x[0], 2 * x[1], 2 * x[2], op.weight.shape[2]]
        case .subpixelConv(let op): [x[0], 2 * x[1], 2 * x[2], op.weight.shape[2]]
        case .prepareImage, .downsample, .embedPatches, .layerNorm, .attention, .mergeTokens, .concatenate: x
        }
    }

    private static func describe(_ epilogue: Epilogue) -> String {
        "bias \(epilogue.bias != nil), \(epilogue.activation), scale \(epilogue.layerScale != nil),"
            + " residuals \(epilogue.residualCount)"
    }
}
