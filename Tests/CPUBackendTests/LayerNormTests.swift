import TensorCore
import TestSupport
import Testing

@Suite struct LayerNormTests {
    static func node(_ shape: Shape, seed: UInt64, range: ClosedRange<Float> = -1...1) -> OneNode {
        var generator = SeededGenerator(seed: seed)
        let op = LayerNorm(
            weight: .tensor("weight", [shape.channels]), bias: .tensor("bias", [shape.channels]), epsilon: 1e-6)
        return OneNode(.layerNorm(op), [generator.tensor(shape, in: range)], seed: seed + 1)
    }

    @Test(arguments: [[1, 577, 1024], [2, 17, 33], [1, 1, 2], [3, 5, 16], [1, 200, 1000]] as [Shape])
    func matchesReference(shape: Shape) throws {
        try Self.node(shape, seed: 31).check(absolute: 1e-6, relative: 1e-6)
    }

    @Test(arguments: 0..<12) func matchesReferenceForRandomShapes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 3000 + seed)
        let shape: Shape = [1, .random(in: 1...70, using: &generator), .random(in: 8...300, using: &generator)]
        try Self.node(shape, seed: seed).check(absolute: 1e-6, relative: 1e-6)
    }

    /// Far from zero the mean must be taken out before squaring.
    @Test func keepsItsAccuracyFarFromZero() throws {
        try Self.node([1, 9, 1024], seed: 33, range: 99...101).check(absolute: 3e-5)
    }

    @Test func constantRowsGiveTheBias() throws {
        let op = LayerNorm(weight: .tensor("weight", [5]), bias: .tensor("bias", [5]), epsilon: 1e-6)
        try OneNode(.layerNorm(op), [HostTensor(shape: [1, 2, 5], float32: .init(repeating: 0.5, count: 10))])
            .check(absolute: 1e-6)
    }

    @Test func keepsNaN() throws {
        var values = [Float](repeating: 0.5, count: 3 * 40)
        values[41] = .nan
        let op = LayerNorm(weight: .tensor("weight", [40]), bias: .tensor("bias", [40]), epsilon: 1e-6)
        let node = OneNode(.layerNorm(op), [HostTensor(shape: [1, 3, 40], float32: values)])
        for variant in OneNode.variants {
            let result = try node.run(variant)
            #expect(result.indices.allSatisfy { result[$0].isNaN == (40..<80).contains($0) })
        }
    }
}
