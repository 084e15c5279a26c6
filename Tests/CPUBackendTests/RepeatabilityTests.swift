import CPUBackend
import TensorCore
import TestSupport
import Testing

/// The same bits for any number of threads and for a crop alone or among others.
@Suite struct RepeatabilityTests {
    /// Crops to tokens, through a block of a transformer, to a map, through a decoder.
    private func graph(cropCount: Int) -> Graph {
        let (side, cell, width, heads) = (96, 4, 64, 2)
        let tokens = 1 + (side / cell) * (side / cell)
        var graph = Graph()
        let map = graph.input(.tensor([1, 3 * side, side, 3]))
        func add(_ op: Op, _ inputs: [Value]) -> Value { graph.append(op, inputs, scope: "test", stage: .encoders) }
        func linear(_ name: String, _ x: Value, _ outputs: Int, _ epilogue: Epilogue, _ residuals: [Value] = [])
            -> Value
        {
            let inputs = graph.shape(x).channels
            return add(.linear(Linear(weight: .tensor(name, [outputs, inputs]), epilogue: epilogue)), [x] + residuals)
        }
        let crops = (0..<cropCount).map { Crop(input: 0, row: $0 * side, column: 0) }
        let embedded = add(
            .embedPatches(
                EmbedPatches(
                    crops: crops, side: side, tokenSide: cell, weight: .tensor("patch", [width, cell, cell, 3]),
                    bias: .tensor("patch.bias", [width]), classToken: .tensor("class", [width]),
                    position: .tensor("position", [tokens, width]))), [map])
        let norm = LayerNorm(weight: .tensor("norm", [width]), bias: .tensor("norm.bias", [width]), epsilon: 1e-6)
        let normalized = add(.layerNorm(norm), [embedded])
        let attended = add(
            .attention(Attention(headCount: heads)), [linear("qkv", normalized, 3 * width, Epilogue())])
        let scale = Weight.tensor("scale", [width])
        let x = linear("proj", attended, width, Epilogue(layerScale: scale, residualCount: 1), [embedded])
        let hidden = linear("fc1", add(.layerNorm(norm), [x]), 600, Epilogue(activation: .gelu))
        let y = linear("fc2", hidden, width, Epilogue(layerScale: scale, residualCount: 1), [x])
        graph.outputs = [("tokens", y)]
        let merged = add(
            .mergeTokens(
                MergeTokens(
                    sources: [.init(input: 0, crop: 0)], side: 1, tokensPerSide: side / cell, padding: 0)), [y])
        let convolved = add(
            .conv2D(Conv2D(weight: .tensor("conv", [32, 3, 3, width]), padding: 1, epilogue: Epilogue())), [merged])
        let upsampled = add(
            .upsampleConv(UpsampleConv(weight: .tensor("up", [2, 2, 16, 32]), epilogue: Epilogue())), [convolved])
        let composed = SubpixelConv(weight: .tensor("sub", [2, 2, 8, 2, 2, 16]), biasMap: nil, epilogue: Epilogue())
        graph.outputs.append(("map", add(.subpixelConv(composed), [upsampled])))
        return graph
    }

    private func run(cropCount: Int, threadCount: Int, form: KernelForm = .best) throws -> [String: [UInt32]] {
        let plan = Plan(graph(cropCount: cropCount))
        let weights = MemoryWeights(for: plan.weights.sorted { "\($0)" < "\($1)" }, seed: 81, in: -0.2...0.2)
        var generator = SeededGenerator(seed: 82)
        let map = generator.tensor([1, 288, 96, 3])
        let prepared = try CPUBackend(threadCount: threadCount, kernelForm: form).prepare(plan, weights: weights)
        return try prepared.run([map]).outputs.mapValues { ($0.float32 ?? []).map(\.bitPattern) }
    }

    @Test(arguments: OneNode.forms) func threadCountsGiveTheSameBits(form: KernelForm) throws {
        let alone = try run(cropCount: 3, threadCount: 1, form: form)
        for threadCount in [2, 3, 5] {
            #expect(try run(cropCount: 3, threadCount: threadCount, form: form) == alone, "\(threadCount) threads")
        }
    }

    @Test func aCropAloneGivesTheSameBits() throws {
        let alone = try run(cropCount: 1, threadCount: 2)
        let together = try run(cropCount: 3, threadCount: 2)
        let tokens = try #require(alone["tokens"])
        #expect(together["tokens"].map { Array($0.prefix(tokens.count)) } == tokens)
        #expect(together["map"] == alone["map"])
    }

    /// Many products at once must not disturb one another's packing buffers.
    @Test func manyRunsGiveTheSameBits() throws {
        let plan = Plan(graph(cropCount: 3))
        let weights = MemoryWeights(for: plan.weights, seed: 83, in: -0.2...0.2)
        var generator = SeededGenerator(seed: 84)
        let map = generator.tensor([1, 288, 96, 3])
        let prepared = try CPUBackend(threadCount: 8).prepare(plan, weights: weights)
        let first = try prepared.run([map]).outputs
        for _ in 0..<60 { #expect(try prepared.run([map]).outputs == first) }
    }

    @Test func farMoreThreadsThanCoresGiveTheSameBits() throws {
        let alone = try run(cropCount: 3, threadCount: 1)
        #expect(try run(cropCount: 3, threadCount: 200) == alone)
    }

    @Test func concurrentRunsOfTwoPlansDoNotMix() async throws {
        let backend = CPUBackend(threadCount: 3)
        let plan = Plan(graph(cropCount: 2))
        let weights = MemoryWeights(for: plan.weights, seed: 85, in: -0.2...0.2)
        let plans = try (0..<2).map { _ in try backend.prepare(plan, weights: weights) }
        let maps = (0..<2).map { index in
            var generator = SeededGenerator(seed: UInt64(86 + index))
            return generator.tensor([1, 288, 96, 3])
        }
        let expected = try maps.map { try plans[0].run([$0]).outputs }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<12 {
                group.addTask {
                    try plans[index / 2 % 2].run([maps[index % 2]]).outputs == expected[index % 2]
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }
}
