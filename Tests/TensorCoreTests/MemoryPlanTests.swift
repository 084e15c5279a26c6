import TensorCore
import TestSupport
import Testing

@Suite("the memory planner")
struct MemoryPlanTests {
    /// A random chain of linear maps with residuals to earlier values, all of one shape.
    static func randomGraph(seed: UInt64, nodeCount: Int) -> Graph {
        var generator = SeededGenerator(seed: seed)
        var graph = Graph()
        var values = [graph.input(.tensor([3, 8]))]
        for index in 0..<nodeCount {
            let residuals = (0..<Int.random(in: 0...2, using: &generator)).compactMap { _ in
                values.randomElement(using: &generator)
            }
            let input = values.suffix(3).randomElement(using: &generator) ?? values[0]
            let op = Linear(
                weight: .tensor("w\(index)", [8, 8]), epilogue: Epilogue(residualCount: residuals.count))
            values.append(graph.append(.linear(op), [input] + residuals, scope: "n\(index)", stage: .encoders))
        }
        graph.outputs = [("y", values[values.count - 1]), ("z", values[values.count / 2])]
        return graph
    }

    @Test("never lets two living values share memory", arguments: 0..<40)
    func livingValuesAreApart(seed: Int) throws {
        let plan = Plan(Self.randomGraph(seed: UInt64(seed), nodeCount: 30))
        // Replays the plan on labels: each value's bytes must still carry its label whenever it is read.
        var owner = [Int](repeating: -1, count: plan.memory.byteCount)
        func claim(_ value: Value) throws {
            let offset = try #require(plan.memory.offsets[value.index])
            for byte in 0..<plan.shape(value).elementCount * 4 { owner[offset + byte] = value.index }
        }
        func expectIntact(_ value: Value) throws {
            let offset = try #require(plan.memory.offsets[value.index])
            #expect(owner[offset..<(offset + plan.shape(value).elementCount * 4)].allSatisfy { $0 == value.index })
        }
        for (value, _) in plan.inputs where plan.memory.offsets[value.index] != nil { try claim(value) }
        for node in plan.nodes {
            for input in node.inputs { try expectIntact(input) }
            // The first input must survive until the product is complete: the output may not lie on it.
            if node.inputs.dropFirst().allSatisfy({ $0 != node.inputs[0] }) {
                #expect(plan.memory.offsets[node.output.index] != plan.memory.offsets[node.inputs[0].index])
            }
            try claim(node.output)
        }
        for output in plan.outputs { try expectIntact(output.value) }
    }

    @Test("lets a residual's last reader take over its memory")
    func residualInPlace() throws {
        var graph = Graph()
        let x = graph.input(.tensor([4, 16]))
        func linear(_ inputs: [Value], _ name: String) -> Value {
            let epilogue = Epilogue(residualCount: inputs.count - 1)
            return graph.append(
                .linear(Linear(weight: .tensor(name, [16, 16]), epilogue: epilogue)), inputs, scope: name,
                stage: .encoders)
        }
        let a = linear([x], "a")
        let b = linear([a], "b")
        graph.outputs = [("y", linear([b, a], "c"))]
        let plan = Plan(graph)
        #expect(plan.memory.offsets[graph.outputs[0].value.index] == plan.memory.offsets[a.index])
        #expect(plan.memory.byteCount == 2 * 4 * 16 * 4)
    }

    @Test("aligns every value to a cache line")
    func alignment() {
        let plan = Plan(Self.randomGraph(seed: 7, nodeCount: 50))
        #expect(plan.memory.offsets.compactMap(\.self).allSatisfy { $0 % MemoryPlan.alignment == 0 })
    }
}
