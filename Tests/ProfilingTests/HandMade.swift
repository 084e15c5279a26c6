import Profiling
import TensorCore

/// A plan of four nodes with times chosen so that every sum is exact: two blocks of one linear layer each, a head, and
/// a picture that nothing else reads.
enum HandMade {
    static let plan: Plan = {
        var graph = Graph()
        let x = graph.input(.tensor([1, 2, 4]))
        let photograph = graph.input(.photograph)
        func linear(_ input: Value, _ scope: String, _ outputs: Int, _ inputs: Int, _ stage: Stage) -> Value {
            let op = Linear(weight: .tensor(scope, [outputs, inputs]), epilogue: Epilogue())
            return graph.append(.linear(op), [input], scope: scope, stage: stage)
        }
        let first = linear(x, "blocks.0.fc", 4, 4, .encoders)
        let second = linear(first, "blocks.1.fc", 4, 4, .encoders)
        let y = linear(second, "head <&>", 8, 4, .decoder)
        let image = graph.append(
            .prepareImage(PrepareImage(side: 4)), [photograph], scope: "image", stage: .prepare)
        graph.outputs = [("y", y), ("image", image)]
        return Plan(graph)
    }()

    /// The photograph has 5 x 3 pixels.
    static let costs = plan.costs(photographByteCount: 45)

    static let runs = [
        ProfiledRun(
            start: 0, wallSeconds: 4, nodeStarts: [0.5, 1, 2, 0], nodeSeconds: [0.5, 0.25, 1, 0]),
        ProfiledRun(
            start: 8, wallSeconds: 4, nodeStarts: [0.25, 0.5, 1, 3], nodeSeconds: [0.125, 0.25, 1.75, 0.125]),
    ]

    /// 1 024 FLOP/s, 256 B/s from memory.
    static let roof = DeviceRoof(
        arithmetic: .init(name: "f32 multiply-add", perSecond: 1024),
        memory: [.init(name: "copy", perSecond: 128), .init(name: "triad", perSecond: 256)],
        cache: [.init(name: "copy", perSecond: 2048)])

    static func table(_ grouping: ProfileTable.Grouping) -> ProfileTable {
        ProfileTable(plan, costs: costs, runs: runs, by: grouping)
    }
}
