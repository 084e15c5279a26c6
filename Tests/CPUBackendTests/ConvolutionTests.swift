import CPUBackend
import TensorCore
import TestSupport
import Testing

@Suite struct ConvolutionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var images = 1
        let rows, columns, inputs, outputs: Int
        var kernel = (rows: 3, columns: 3)
        var stride = 1, padding = 1
        var rectifies = false
        var epilogue: (bias: Bool, activation: Epilogue.Activation, residuals: Int) = (true, .none, 0)
        /// Whether the back end takes Winograd's way, see `WinogradStep.applies`.
        var isMinimal: Bool {
            kernel == (3, 3) && stride == 1 && padding == 1 && inputs >= 32 && outputs >= 32
        }
        /// Winograd's transforms add and subtract numbers larger than the result: errors up to 1.5 times the limit of
        /// direct sums were seen.
        var tolerance: Double {
            productTolerance(depth: kernel.rows * kernel.columns * inputs) * (isMinimal ? 4 : 1)
        }
        /// In bfloat16 the transforms magnify the rounding of both factors to 1.4 % of the result's deviation, which is a
        /// third of the root of the depth; up to eight deviations. Direct sums add nothing.
        var bfloat16Error: Double {
            isMinimal ? 8 * 0.014 * Double(9 * inputs).squareRoot() / 3 : 0
        }
        var testDescription: String {
            "\(images)x\(rows)x\(columns)x\(inputs) -> \(outputs), kernel \(kernel), stride \(stride), padding \(padding),"
                + " rectifies \(rectifies), \(epilogue)"
        }
    }

    static let cases = [
        Case(rows: 24, columns: 24, inputs: 64, outputs: 32, rectifies: true, epilogue: (true, .none, 2)),
        Case(images: 2, rows: 7, columns: 5, inputs: 3, outputs: 33, epilogue: (true, .relu, 1)),
        Case(rows: 1, columns: 1, inputs: 1, outputs: 1),
        Case(rows: 1, columns: 1, inputs: 64, outputs: 40),
        Case(images: 2, rows: 13, columns: 9, inputs: 32, outputs: 33, epilogue: (true, .relu, 1)),
        Case(rows: 3, columns: 210, inputs: 37, outputs: 32, rectifies: true, epilogue: (false, .none, 2)),
        Case(rows: 48, columns: 48, inputs: 256, outputs: 64, rectifies: true, epilogue: (true, .gelu, 0)),
        Case(rows: 1, columns: 700, inputs: 65, outputs: 4, rectifies: true),
        Case(images: 2, rows: 30, columns: 35, inputs: 70, outputs: 17, kernel: (2, 5), padding: 3),
        Case(rows: 40, columns: 37, inputs: 17, outputs: 1, epilogue: (true, .relu, 0)),
        Case(rows: 9, columns: 6, inputs: 2000, outputs: 6),
        Case(rows: 11, columns: 12, inputs: 33, outputs: 520),
        Case(rows: 24, columns: 24, inputs: 32, outputs: 16, stride: 2, epilogue: (true, .relu, 0)),
        Case(images: 2, rows: 13, columns: 8, inputs: 3, outputs: 5, stride: 2, rectifies: true),
        Case(rows: 6, columns: 6, inputs: 32, outputs: 1, kernel: (6, 6), padding: 0),
        Case(rows: 19, columns: 30, inputs: 33, outputs: 20, kernel: (1, 1), padding: 0, epilogue: (true, .none, 1)),
        Case(images: 2, rows: 30, columns: 30, inputs: 32, outputs: 1, kernel: (1, 1), padding: 0),
        Case(rows: 19, columns: 3, inputs: 8, outputs: 20, kernel: (1, 1), padding: 0, rectifies: true),
        Case(rows: 5, columns: 9, inputs: 4, outputs: 6, kernel: (1, 5), stride: 3, padding: 2),
        Case(rows: 8, columns: 9, inputs: 4, outputs: 6, kernel: (5, 2), padding: 4),
    ]

    static func node(_ shape: Case, seed: UInt64) -> OneNode {
        var generator = SeededGenerator(seed: seed)
        let parts = shape.epilogue
        let op = Op.conv2D(
            Conv2D(
                weight: .tensor("weight", [shape.outputs, shape.kernel.rows, shape.kernel.columns, shape.inputs]),
                stride: shape.stride, padding: shape.padding, rectifiesInput: shape.rectifies,
                epilogue: epilogue(channels: shape.outputs, bias: parts.bias, activation: parts.activation)))
        let x = generator.tensor([shape.images, shape.rows, shape.columns, shape.inputs])
        guard case .conv2D(let plain) = op, parts.residuals > 0 else { return OneNode(op, [x], seed: seed + 1) }
        let output = op.outputShape([x.shape])
        var finish = plain.epilogue
        finish.residualCount = parts.residuals
        let residuals = (0..<parts.residuals).map { _ in generator.tensor(output) }
        let full = Conv2D(
            weight: plain.weight, stride: plain.stride, padding: plain.padding, rectifiesInput: plain.rectifiesInput,
            epilogue: finish)
        return OneNode(.conv2D(full), [x] + residuals, seed: seed + 1)
    }

    @Test(arguments: cases) func matchesReference(shape: Case) throws {
        try Self.node(shape, seed: 41).check(absolute: shape.tolerance, bfloat16Error: shape.bfloat16Error)
    }

    @Test(arguments: 0..<24) func matchesReferenceForRandomShapes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 4000 + seed)
        let activations: [Epilogue.Activation] = [.none, .relu, .gelu]
        let shape = Case(
            images: .random(in: 1...2, using: &generator), rows: .random(in: 3...40, using: &generator),
            columns: .random(in: 3...40, using: &generator), inputs: .random(in: 1...100, using: &generator),
            outputs: .random(in: 1...40, using: &generator),
            kernel: (.random(in: 1...3, using: &generator), .random(in: 1...3, using: &generator)),
            stride: .random(in: 1...2, using: &generator), padding: .random(in: 0...2, using: &generator),
            rectifies: .random(using: &generator),
            epilogue: (.random(using: &generator), activations[Int(seed) % 3], .random(in: 0...2, using: &generator)))
        try Self.node(shape, seed: seed).check(absolute: shape.tolerance, bfloat16Error: shape.bfloat16Error)
    }

    /// In a plan of 8 bits convolutions run in bfloat16.
    @Test(arguments: cases) func int8MatchesReference(shape: Case) throws {
        let node = Self.node(shape, seed: 43).roundedToBFloat16
        let expected = try node.reference()
        for variant in OneNode.variants where variant.arithmetic == .int8 {
            expectClose(
                try node.run(variant), expected, absolute: shape.tolerance + shape.bfloat16Error,
                relative: variant.storesWide ? 0 : 0x1p-8, variant.testDescription)
        }
    }

    @Test(arguments: [1, 2]) func rectifyingKeepsNaN(stride: Int) throws {
        var values = [Float](repeating: -1, count: 8 * 8 * 4)
        values[(3 * 8 + 3) * 4 + 1] = .nan
        let op = Conv2D(
            weight: .tensor("weight", [8, 3, 3, 4]), stride: stride, padding: 1, rectifiesInput: true,
            epilogue: epilogue(channels: 8))
        let node = OneNode(.conv2D(op), [HostTensor(shape: [1, 8, 8, 4], float32: values)])
        for variant in OneNode.variants {
            let result = try node.run(variant)
            let side = 8 / stride
            for index in result.indices {
                let (row, column) = (index / 8 / side * stride, index / 8 % side * stride)
                #expect(result[index].isNaN == (abs(row - 3) <= 1 && abs(column - 3) <= 1))
            }
        }
    }

    /// Winograd's way spreads a NaN over the 4x4 tiles that see it, and never loses it.
    @Test func minimalFilteringKeepsNaN() throws {
        var values = [Float](repeating: 1, count: 12 * 12 * 32)
        values[(12 + 1) * 32 + 7] = .nan
        let op = Conv2D(
            weight: .tensor("weight", [32, 3, 3, 32]), padding: 1, rectifiesInput: true,
            epilogue: epilogue(channels: 32))
        let node = OneNode(.conv2D(op), [HostTensor(shape: [1, 12, 12, 32], float32: values)])
        for variant in OneNode.variants {
            let result = try node.run(variant)
            for index in result.indices {
                let (row, column) = (index / 32 / 12, index / 32 % 12)
                if row <= 2 && column <= 2 { #expect(result[index].isNaN) }
                if row > 3 || column > 3 { #expect(!result[index].isNaN) }
            }
        }
    }
}
