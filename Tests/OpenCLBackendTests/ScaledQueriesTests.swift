import OpenCLBackend
import TensorCore
import TestSupport
import Testing

/// Linear maps whose queries come out as attention on matrix units wants them.
@Suite("OpenCL scaled queries")
struct ScaledQueriesTests {
    private static let targets =
        TestTarget.plainMatrix
        + TestTarget.emulations(storing: .bfloat16)
        .filter { $0.form.matrixUnit?.isPlain ?? false }

    private let width = 128
    private let heads = 2
    private let tokens = 40

    /// Attention behind a linear map whose result is, or is not, an output too.
    private func graph(keepsMap: Bool) -> (graph: Graph, input: HostTensor, weights: MemoryWeights) {
        var generator = SeededGenerator(seed: 77)
        var graph = Graph()
        let x = graph.input(.tensor([2, tokens, 24]))
        let op = Linear(weight: .tensor("w", [3 * width, 24]), epilogue: epilogueCase(channels: 3 * width, bias: true))
        let qkv = graph.append(.linear(op), [x], scope: "qkv", stage: .encoders)
        let mixed = graph.append(.attention(Attention(headCount: heads)), [qkv], scope: "mixed", stage: .encoders)
        graph.outputs = [("mixed", mixed)] + (keepsMap ? [("qkv", qkv)] : [])
        return (
            graph, generator.tensor([2, tokens, 24]),
            MemoryWeights(for: Op.linear(op).weights, seed: 78, in: -0.5...0.5)
        )
    }

    @Test("attention is right, whoever else reads the map", arguments: targets, [false, true])
    func attention(target: TestTarget, keepsMap: Bool) throws {
        let (graph, input, weights) = graph(keepsMap: keepsMap)
        let expected = try Reference.run(graph, [input], weights: weights)
        let found = try target.prepare(Plan(graph, storage: target.storage), weights: weights).run([input]).outputs
        for (name, tensor) in expected {
            let greatest = tensor.values.map(abs).max() ?? 0
            expectClose(
                try #require(found[name]?.float32), tensor.values,
                absolute: 4 * target.storage.greatestRounding * greatest, "\(target): \(name)")
        }
    }
}
