import CPUBackend
import TensorCore
import TestSupport
import Testing

@Suite struct LinearTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let crops, rows, depth, columns: Int
        var epilogue: (bias: Bool, activation: Epilogue.Activation, scale: Bool, residuals: Int) = (
            false, .none, false, 0
        )
        var testDescription: String { "\(crops)x\(rows)x\(depth)x\(columns) \(epilogue)" }
    }

    static let cases = [
        Case(crops: 1, rows: 577, depth: 192, columns: 128, epilogue: (true, .none, true, 1)),
        Case(crops: 2, rows: 577, depth: 93, columns: 61, epilogue: (true, .gelu, false, 0)),
        Case(crops: 1, rows: 577, depth: 33, columns: 530, epilogue: (false, .relu, false, 2)),
        Case(crops: 3, rows: 17, depth: 64, columns: 32),
        Case(crops: 1, rows: 1, depth: 1, columns: 1, epilogue: (true, .gelu, true, 2)),
        Case(crops: 5, rows: 1, depth: 17, columns: 3, epilogue: (true, .relu, true, 1)),
        Case(crops: 1, rows: 7, depth: 93, columns: 2, epilogue: (false, .none, true, 0)),
        Case(crops: 1, rows: 31, depth: 1024, columns: 33),
    ]

    static func node(_ shape: Case, seed: UInt64) -> OneNode {
        var generator = SeededGenerator(seed: seed)
        let parts = shape.epilogue
        let op = Linear(
            weight: .tensor("weight", [shape.columns, shape.depth]),
            epilogue: epilogue(
                channels: shape.columns, bias: parts.bias, activation: parts.activation, scale: parts.scale,
                residuals: parts.residuals))
        let x = generator.tensor([shape.crops, shape.rows, shape.depth])
        let residuals = (0..<parts.residuals).map { _ in
            generator.tensor([shape.crops, shape.rows, shape.columns])
        }
        return OneNode(.linear(op), [x] + residuals, seed: seed + 1)
    }

    @Test(arguments: cases) func matchesReference(shape: Case) throws {
        try Self.node(shape, seed: 11).check(absolute: productTolerance(depth: shape.depth))
    }

    @Test(arguments: 0..<12) func matchesReferenceForRandomShapes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 1000 + seed)
        let activations: [Epilogue.Activation] = [.none, .relu, .gelu]
        let shape = Case(
            crops: .random(in: 1...3, using: &generator), rows: .random(in: 1...90, using: &generator),
            depth: .random(in: 1...200, using: &generator), columns: .random(in: 1...150, using: &generator),
            epilogue: (
                .random(using: &generator), activations[Int(seed) % 3], .random(using: &generator),
                .random(in: 0...2, using: &generator)
            ))
        try Self.node(shape, seed: seed).check(absolute: productTolerance(depth: shape.depth))
    }

    /// Whole numbers whose range is 255 in every row and block, times whole numbers of up to 127 in every column, are 8-bit
    /// numbers as they are, and their sums exact. The greatest of both meet in neighbours, whose sum 16 bits do not hold.
    @Test(arguments: [(577, 64, 96), (13, 1024, 33), (70, 2300, 40), (1, 7, 1)])
    func int8IsExactForWholeNumbers(rows: Int, depth: Int, columns: Int) throws {
        var generator = SeededGenerator(seed: 12)
        var x = (0..<(rows * depth)).map { _ in Float(Int.random(in: -128...127, using: &generator)) }
        var weight = (0..<(columns * depth)).map { _ in Float(Int.random(in: -9...9, using: &generator)) }
        for row in 0..<rows {
            for block in stride(from: 0, to: depth, by: 1024) {
                x[row * depth + block] = -128
                for step in 1..<min(4, depth - block) { x[row * depth + block + step] = 127 }
            }
        }
        for column in 0..<columns {
            for step in 0..<4 { weight[column * depth + step] = column % 2 == 0 ? 127 : -127 }
        }
        let op = Op.linear(Linear(weight: .tensor("weight", [columns, depth]), epilogue: Epilogue()))
        let node = OneNode(
            op, [HostTensor(shape: [1, rows, depth], float32: x)],
            weights: MemoryWeights(["weight": HostTensor(shape: [columns, depth], float32: weight)]))
        for form in OneNode.forms {
            let found = try node.run(OneNode.Variant(form: form, arithmetic: .int8))
            expectClose(found, try node.reference(), absolute: 0, relative: 1e-6, form.rawValue)
        }
    }

    /// With inputs in -1 ... 1 both factors of a term are off by about 2.3e-3, one standard deviation, and a term by
    /// 1.9e-3.
    @Test(arguments: cases) func int8MatchesReference(shape: Case) throws {
        let node = Self.node(shape, seed: 13).roundedToBFloat16
        let expected = try node.reference()
        for variant in OneNode.variants where variant.arithmetic == .int8 {
            expectClose(
                try node.run(variant), expected, absolute: 1.9e-3 * 6 * Double(shape.depth).squareRoot(),
                relative: variant.storesWide ? 0 : 0x1p-8, variant.testDescription)
        }
    }

    @Test func keepsNaNThroughActivations() throws {
        for activation in [Epilogue.Activation.relu, .gelu] {
            let op = Linear(
                weight: .tensor("weight", [8, 4]), epilogue: epilogue(channels: 8, activation: activation))
            var values = [Float](repeating: 1, count: 12)
            values[5] = .nan
            let node = OneNode(.linear(op), [HostTensor(shape: [1, 3, 4], float32: values)])
            for variant in OneNode.variants {
                let result = try node.run(variant)
                #expect(result.indices.allSatisfy { result[$0].isNaN == (8..<16).contains($0) })
            }
        }
    }

    @Test func geluHasItsLimits() throws {
        let x: [Float] = [-.infinity, -1e30, -100, -14, -13.4, -6, -1e-20, 0, 1e-20, 0.75, 6, 14, 1e30, .infinity]
        let op = Linear(weight: .tensor("one", [1, 1]), epilogue: epilogue(channels: 1, activation: .gelu))
        let node = OneNode(
            .linear(op), [HostTensor(shape: [1, x.count, 1], float32: x)], weightRange: 1...1)
        var expected = try node.reference()
        expected[0] = 0
        for form in OneNode.forms {
            expectClose(try node.run(form: form), expected, absolute: 1e-30, relative: 3e-5, form.rawValue)
        }
    }

    @Test func geluIsExactTo3e7() throws {
        let x = (0..<40_001).map { Float($0 - 20_000) / 2_000 }
        let op = Linear(weight: .tensor("one", [1, 1]), epilogue: epilogue(channels: 1, activation: .gelu))
        let node = OneNode(
            .linear(op), [HostTensor(shape: [1, x.count, 1], float32: x)], weightRange: 1...1)
        try node.check(absolute: 3e-7, relative: 2e-7)
    }
}
