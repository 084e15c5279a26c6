import CPUBackend
import TensorCore
import TestSupport
import Testing

@Suite struct ImageOpsTests {
    @Test(arguments: [(300, 500, 64), (1, 1, 8), (64, 64, 64), (7, 4, 33), (33, 2, 5), (2, 900, 100)])
    func prepareImageMatchesReference(height: Int, width: Int, side: Int) throws {
        var generator = SeededGenerator(seed: 71)
        let photograph = generator.photograph(height: height, width: width)
        try OneNode(.prepareImage(PrepareImage(side: side)), [photograph]).check(absolute: 1e-6)
    }

    /// At its own size a photograph is only normalised.
    @Test func prepareImageKeepsPixels() throws {
        let bytes = (0..<(16 * 16 * 3)).map { UInt8($0 % 256) }
        let node = OneNode(
            .prepareImage(PrepareImage(side: 16)), [HostTensor(shape: [16, 16, 3], uint8: bytes)])
        for form in OneNode.forms {
            #expect(try node.run(form: form) == bytes.map { (Float($0) - 127.5) / 127.5 })
        }
    }

    @Test(
        arguments: [([1, 16, 8, 3], 2), ([2, 16, 24, 3], 4), ([1, 2, 2, 1], 2), ([1, 18, 6, 33], 6)] as [(Shape, Int)])
    func downsampleMatchesReference(shape: Shape, factor: Int) throws {
        var generator = SeededGenerator(seed: 72)
        try OneNode(.downsample(Downsample(factor: factor)), [generator.tensor(shape)]).check(absolute: 2e-7)
    }

    struct Embedding: Sendable, CustomTestStringConvertible {
        let side, tokenSide, width: Int
        var testDescription: String { "side \(side), cells of \(tokenSide), width \(width)" }
    }

    @Test(arguments: [
        Embedding(side: 24 * 4, tokenSide: 4, width: 64), Embedding(side: 6, tokenSide: 3, width: 33),
        Embedding(side: 5, tokenSide: 5, width: 1), Embedding(side: 16, tokenSide: 16, width: 530),
    ]) func embedPatchesMatchesReference(shape: Embedding) throws {
        var generator = SeededGenerator(seed: 73)
        let (side, tokenSide, width) = (shape.side, shape.tokenSide, shape.width)
        let op = EmbedPatches(
            crops: [
                Crop(input: 0, row: 0, column: 0), Crop(input: 1, row: 3, column: 2),
                Crop(input: 0, row: side / 2, column: side),
            ], side: side, tokenSide: tokenSide, weight: .tensor("weight", [width, tokenSide, tokenSide, 3]),
            bias: .tensor("bias", [width]), classToken: .tensor("class", [width]),
            position: .tensor("position", [1 + (side / tokenSide) * (side / tokenSide), width]))
        let maps = [generator.tensor([1, 2 * side, 2 * side, 3]), generator.tensor([1, side + 3, side + 2, 3])]
        try OneNode(.embedPatches(op), maps)
            .check(absolute: productTolerance(depth: 3 * tokenSide * tokenSide))
    }

    @Test(arguments: [(1, 5, 0), (3, 4, 1), (5, 24, 3), (2, 3, 1)])
    func mergeTokensMatchesReference(side: Int, tokensPerSide: Int, padding: Int) throws {
        var generator = SeededGenerator(seed: 74)
        let count = side * side
        // The first crop lies in a tensor of its own, the others in reverse order.
        let sources = (0..<count).map { MergeTokens.Source(input: $0 == 0 ? 0 : 1, crop: $0 == 0 ? 0 : count - $0) }
        let op = MergeTokens(sources: sources, side: side, tokensPerSide: tokensPerSide, padding: padding)
        let tokens = 1 + tokensPerSide * tokensPerSide
        let inputs = [generator.tensor([1, tokens, 7]), generator.tensor([count, tokens, 7])]
        try OneNode(.mergeTokens(op), inputs).check(absolute: 0)
    }

    @Test func concatenateMatchesReference() throws {
        var generator = SeededGenerator(seed: 75)
        let inputs = [1, 32, 5].map { generator.tensor([2, 9, 300, $0]) }
        try OneNode(.concatenate, inputs).check(absolute: 0)
    }

    @Test(arguments: [(96, 300, 500), (7, 7, 7), (9, 1, 1), (1, 4, 3), (40, 17, 2000)])
    func metricDepthMatchesReference(side: Int, height: Int, width: Int) {
        var generator = SeededGenerator(seed: 76)
        var inverse = generator.floats(side * side, in: 0...3)
        inverse[0] = 0
        for scale: Float in [1.25, 1e5] {
            let depth = CPUBackend(threadCount: 2).metricDepth(
                inverseDepth: inverse, side: side, height: height, width: width, scale: scale)
            let expected = Reference.metricDepth(
                inverseDepth: inverse.map(Double.init), side: side, height: height, width: width, scale: Double(scale))
            expectClose(depth, expected, absolute: 0, relative: 1e-6)
            #expect(depth.allSatisfy { $0 >= 1e-4 && $0 <= 1e4 })
        }
    }

    @Test func metricDepthKeepsNaN() {
        let depth = CPUBackend(threadCount: 1).metricDepth(
            inverseDepth: [.nan, 1, 1, 1], side: 2, height: 2, width: 2, scale: 1)
        #expect(depth[0].isNaN && depth[1...] == [1, 1, 1])
    }
}
