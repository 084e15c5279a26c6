import TensorCore
import Testing

@Suite("a plan")
struct PlanTests {
    /// x -> a -> b -> y, and z from x alone; c is read by nothing.
    static func branching() -> Graph {
        var graph = Graph()
        let x = graph.input(.tensor([2, 4]))
        func linear(_ input: Value, _ name: String) -> Value {
            graph.append(
                .linear(Linear(weight: .tensor(name, [4, 4]), epilogue: Epilogue())), [input], scope: name,
                stage: .decoder)
        }
        let z = linear(x, "z")
        _ = linear(x, "c")
        let y = linear(linear(linear(x, "a"), "b"), "y")
        graph.outputs = [("y", y), ("z", z)]
        return graph
    }

    @Test("runs nodes when an output demands them and drops the rest")
    func demandOrder() {
        #expect(Plan(Self.branching()).nodes.map(\.scope) == ["a", "b", "y", "z"])
    }

    @Test("knows which nodes an output needs")
    func needed() {
        let plan = Plan(Self.branching())
        #expect(plan.needed(for: ["y"]) == [true, true, true, false])
        #expect(plan.needed(for: ["z"]) == [false, false, false, true])
        #expect(plan.needed(for: []) == [false, false, false, false])
    }

    @Test("joins nodes that do the same work when what they read is there, and not with those that share weights")
    func steps() {
        let plan = Plan(Self.branching(), joinsSteps: true)
        #expect(plan.steps.map { plan.nodes[$0].map(\.scope) } == [["a", "z"], ["b"], ["y"]])
        #expect(Plan(Self.branching()).steps == [0..<1, 1..<2, 2..<3, 3..<4])

        // Two encoders of two layers; the first takes two micro-batches.
        var graph = Graph()
        let inputs = [5, 5, 1].map { graph.input(.tensor([$0, 4])) }
        for (input, encoder) in zip(inputs, ["p", "p", "i"]) {
            let y = ["1", "2"].reduce(input) { x, layer in
                graph.append(
                    .linear(Linear(weight: .tensor(encoder + layer, [4, 4]), epilogue: Epilogue())), [x],
                    scope: encoder + layer, stage: .encoders)
            }
            graph.outputs.append(("y\(graph.outputs.count)", y))
        }
        let encoders = Plan(graph, joinsSteps: true)
        #expect(
            encoders.steps.map { encoders.nodes[$0].map(\.scope) } == [["p1", "i1"], ["p2", "i2"], ["p1"], ["p2"]])
    }

    @Test("lists each weight once")
    func weights() {
        #expect(Plan(Self.branching()).weights.flatMap(\.tensors).map(\.name) == ["a", "b", "y", "z"])
    }
}
