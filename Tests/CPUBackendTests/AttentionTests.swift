import TensorCore
import TestSupport
import Testing

@Suite struct AttentionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let crops, tokens, heads, headWidth: Int
        var range: ClosedRange<Float> = -1...1
        var testDescription: String { "\(crops) crops, \(tokens) tokens, \(heads) x \(headWidth), \(range)" }
    }

    static let cases = [
        Case(crops: 1, tokens: 577, heads: 2, headWidth: 64),
        Case(crops: 2, tokens: 17, heads: 3, headWidth: 64, range: -4...4),
        Case(crops: 1, tokens: 1, heads: 1, headWidth: 1),
        Case(crops: 1, tokens: 1, heads: 2, headWidth: 64),
        Case(crops: 2, tokens: 128, heads: 1, headWidth: 32),
        Case(crops: 1, tokens: 129, heads: 5, headWidth: 7),
        Case(crops: 1, tokens: 650, heads: 1, headWidth: 16),
        Case(crops: 1, tokens: 1400, heads: 1, headWidth: 16, range: -4...4),
        Case(crops: 1, tokens: 33, heads: 2, headWidth: 100, range: -8...8),
    ]

    static func node(_ shape: Case, seed: UInt64) -> OneNode {
        var generator = SeededGenerator(seed: seed)
        let x = generator.tensor([shape.crops, shape.tokens, 3 * shape.heads * shape.headWidth], in: shape.range)
        return OneNode(.attention(Attention(headCount: shape.heads)), [x])
    }

    /// A score's error, about that of a product, is a relative error of its weight.
    static func tolerance(_ shape: Case) -> Double {
        let size = Double(shape.range.upperBound)
        return (productTolerance(depth: shape.headWidth) * size * size + 1e-6) * size
    }

    /// In bfloat16 each weight is rounded by up to 2^-9 of itself, and the weights add up to 1.
    static func bfloat16Error(_ shape: Case) -> Double { 0x1p-9 * Double(shape.range.upperBound) }

    @Test(arguments: cases) func matchesReference(shape: Case) throws {
        try Self.node(shape, seed: 21)
            .check(absolute: Self.tolerance(shape), bfloat16Error: Self.bfloat16Error(shape))
    }

    @Test(arguments: 0..<12) func matchesReferenceForRandomShapes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 2000 + seed)
        let shape = Case(
            crops: .random(in: 1...2, using: &generator), tokens: .random(in: 1...300, using: &generator),
            heads: .random(in: 1...3, using: &generator), headWidth: .random(in: 1...80, using: &generator))
        try Self.node(shape, seed: seed)
            .check(absolute: Self.tolerance(shape), bfloat16Error: Self.bfloat16Error(shape))
    }

    /// 150 tokens are one block of keys, 1400 are three. An error of a score grows with the square of the range.
    @Test(arguments: [(150, Float(60)), (1400, 20)]) func survivesLargeScores(tokens: Int, size: Float) throws {
        var generator = SeededGenerator(seed: 5)
        let x = generator.tensor([1, tokens, 192], in: -size...size)
        try OneNode(.attention(Attention(headCount: 1)), [x]).check(absolute: 2e-2, bfloat16Error: 0x1p-9 * 60)
    }

    @Test func keepsNaNOfAQuery() throws {
        var generator = SeededGenerator(seed: 6)
        var values = generator.floats(200 * 192)
        values[150 * 192 + 3] = .nan  // a query; its own row alone becomes NaN
        let node = OneNode(
            .attention(Attention(headCount: 1)), [HostTensor(shape: [1, 200, 192], float32: values)])
        for variant in OneNode.variants {
            let result = try node.run(variant)
            for token in 0..<200 {
                #expect(result[(token * 64)..<(token * 64 + 64)].allSatisfy { $0.isNaN == (token == 150) })
            }
        }
    }

    @Test(arguments: [(200, 190), (1400, 3), (1400, 1390)])
    func keepsNaNOfAKeyAndAValue(tokens: Int, token: Int) throws {
        var generator = SeededGenerator(seed: 7)
        for (channel, isExpected) in [(64 + 5, { (_: Int) in true }), (128 + 5, { (d: Int) in d == 5 })] {
            var values = generator.floats(tokens * 192)
            values[token * 192 + channel] = .nan
            let node = OneNode(
                .attention(Attention(headCount: 1)), [HostTensor(shape: [1, tokens, 192], float32: values)])
            for variant in OneNode.variants {
                let result = try node.run(variant)
                #expect(result.indices.allSatisfy { result[$0].isNaN == isExpected($0 % 64) })
            }
        }
    }
}
