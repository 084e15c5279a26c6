import OpenCLBackend
import TensorCore
import TestSupport
import Testing

/// A sum's order is given by the operation's shape alone: not by tiles, not by what else travels along.
@Suite("OpenCL order of sums")
struct OrderOfSumsTests {
    private static let weight = Weight.tensor("weight", [200, 300])

    private func run(_ target: TestTarget, rows: Int, workGroupSize: Int? = nil) throws -> [UInt32] {
        var generator = SeededGenerator(seed: 91)
        let x = generator.tensor([1, rows, 300])
        var graph = Graph()
        let op = Linear(weight: Self.weight, epilogue: epilogueCase(channels: 200, activation: .gelu))
        let value = graph.input(.tensor(x.shape))
        graph.outputs = [("y", graph.append(.linear(op), [value], scope: "test", stage: .decoder))]
        let plan = Plan(graph, storage: target.storage)
        var limits = target.limits
        if let workGroupSize { limits.workGroupSize = workGroupSize }
        let weights = MemoryWeights(for: [Self.weight], seed: 92)
        let result = try target.prepare(plan, weights: weights, limits: limits).run([x])
        return try #require(result.outputs["y"]?.float32).map(\.bitPattern)
    }

    @Test("Small tiles give the same bits as large ones", arguments: TestTarget.all.filter { $0.form == .tile })
    func tiles(target: TestTarget) throws {
        let large = try run(target, rows: 150)
        for workGroupSize in [64, 128] { #expect(try run(target, rows: 150, workGroupSize: workGroupSize) == large) }
    }

    @Test("More rows do not change the first", arguments: TestTarget.all)
    func rows(target: TestTarget) throws {
        let few = try run(target, rows: 7)
        #expect(try Array(run(target, rows: 400).prefix(few.count)) == few)
    }
}
