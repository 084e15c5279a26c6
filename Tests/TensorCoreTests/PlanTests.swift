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

    @Test("lists each weight once")
    func weights() {
        #expect(Plan(Self.branching()).weights.flatMap(\.tensors).map(\.name) == ["a", "b", "y", "z"])
    }
}
