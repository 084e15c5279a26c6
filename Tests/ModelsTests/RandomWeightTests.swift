import Models
import TensorCore
import Testing

@Suite("random weights")
struct RandomWeightTests {
    private static let shapes: [(name: String, shape: Shape)] = [
        ("encoder.patch_encoder.blocks.0.attn.qkv.weight", [96, 32]), ("decoder.convs.1.weight", [8, 16, 3, 3]),
        ("encoder.upsample0.1.weight", [64, 16, 2, 2]), ("encoder.patch_encoder.blocks.0.norm1.weight", [500]),
        ("encoder.patch_encoder.blocks.0.ls1.gamma", [500]), ("head.4.bias", [1]), ("fov.head.4.bias", [1]),
    ]

    private let weights = RandomWeights(for: Self.shapes.map { Weight.tensor($0.name, $0.shape) })

    private func values(_ name: String) throws -> [Float] { try weights.float32(name) }

    @Test("are the same at every reading, and others for another tensor")
    func seeded() throws {
        let name = Self.shapes[0].name
        #expect(try values(name) == values(name))
        let twin = RandomWeights(for: [.tensor("another", [96, 32])])
        #expect(try twin.float32("another") != values(name))
    }

    @Test("have the mean and the size that keep activations moderate", arguments: shapes.indices.prefix(5))
    func distribution(index: Int) throws {
        let (name, shape) = Self.shapes[index]
        let found = try values(name)
        let count = Float(found.count)
        let mean = found.reduce(0, +) / count
        let deviation = (found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        let all: [(mean: Float, deviation: Float)] = [(0, 0.02), (0, 1 / 12), (0, 1 / 8), (1, 0.1), (0.4, 0.1)]
        let expected = all[index]
        #expect(found.count == shape.elementCount)
        #expect(abs(mean - expected.mean) < 0.25 * expected.deviation, "\(name): \(mean)")
        #expect(abs(deviation / expected.deviation - 1) < 0.15, "\(name): \(deviation)")
    }

    @Test("give a depth and a field of view that exist")
    func results() throws {
        #expect(try values("head.4.bias") == [1] && values("fov.head.4.bias") == [50])
    }

    @Test("are none for a tensor that the network does not have")
    func missing() {
        #expect(throws: WeightError.missing("nothing")) {
            var values = [Float](repeating: 0, count: 1)
            var span = values.mutableSpan
            try weights.read("nothing", into: &span)
        }
    }
}
