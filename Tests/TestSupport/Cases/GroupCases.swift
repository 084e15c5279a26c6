package import TensorCore
import Testing

/// Operations that can share one launch: the same work, each on rows of its own with weights of its own.
package struct GroupCase: Sendable, CustomTestStringConvertible {
    package let testDescription: String
    /// Each with the weights of all.
    package let members: [OperationCase]

    package init(_ description: String, _ members: [(op: Op, inputs: [HostTensor])], absolute: Double) {
        let weights = MemoryWeights(for: members.flatMap(\.op.weights), seed: 51)
        self.members = members.enumerated().map { index, member in
            OperationCase(
                "\(description), member \(index)", member.op, member.inputs, weights: weights, absolute: absolute)
        }
        testDescription = "\(members[0].op.name) \(description)"
    }

    private init(_ description: String, _ members: [OperationCase]) {
        testDescription = description
        self.members = members
    }

    /// As ``OperationCase/stored(as:)``.
    package func stored(as storage: DataType) -> GroupCase {
        GroupCase("\(testDescription) in \(storage)", members.map { $0.stored(as: storage) })
    }

    /// A graph of all members, none of which needs another, with tensors before and behind every value of the arena that
    /// must come out as they went in.
    package var guarded: (graph: Graph, inputs: [HostTensor], guards: [HostTensor]) {
        var graph = Graph()
        var inputs: [HostTensor] = []
        for (index, member) in members.enumerated() {
            let values = member.inputs.map { graph.input(.tensor($0.shape)) }
            inputs += member.inputs
            graph.outputs.append(
                ("result \(index)", graph.append(member.op, values, scope: "member \(index)", stage: .decoder)))
        }
        let greatest = graph.shapes.map(\.elementCount).max() ?? 0
        let guards = [greatest + 16, 16].map { count in
            HostTensor(shape: [count], float32: (0..<count).map { Float($0 % 64) + 0.25 })
        }
        for (index, band) in guards.enumerated() {
            graph.outputs.append(("guard \(index)", graph.input(.tensor(band.shape))))
        }
        return (graph, inputs + guards, guards)
    }
}

/// Groups of awkward extents: members of one row, members that end within a tile, members of several tiles.
package enum GroupCases {
    package static let all =
        [
            linear([131, 1, 70], 33, 37, activation: .gelu, residuals: 2),
            linear([12, 577, 200], 64, 128, activation: .none, residuals: 1),
            linear([1, 1], 1, 1, activation: .relu, residuals: 0),
            layerNorm([5, 1, 7], width: 37),
            layerNorm([2, 3], width: 1024),
            attention([2, 1, 3], tokens: 70, heads: 2, headWidth: 64),
            attention([1, 2], tokens: 33, heads: 1, headWidth: 16),
            attention([1, 1], tokens: 19, heads: 3, headWidth: 6),
            embedPatches([1, 3, 2], side: 24, tokenSide: 8, width: 33),
            embedPatches([2, 1], side: 32, tokenSide: 16, width: 64),
        ]

    /// One for each kernel with a form for matrix units, where each case takes long.
    package static let few = [all[0], all[6]]

    /// As small as can be and still more than one work-group, for tools that watch every access.
    package static let tiny = [
        linear([35, 1, 5], 10, 9, activation: .gelu, residuals: 1), layerNorm([3, 1], width: 37),
        attention([1, 2], tokens: 35, heads: 1, headWidth: 16), embedPatches([1, 2], side: 4, tokenSide: 2, width: 5),
    ]

    private static func linear(
        _ rows: [Int], _ channels: Int, _ columns: Int, activation: Epilogue.Activation, residuals: Int
    ) -> GroupCase {
        var generator = SeededGenerator(seed: 52)
        return GroupCase(
            "\(rows) rows, \(channels) -> \(columns)",
            rows.enumerated().map { index, rows in
                let epilogue = Epilogue(
                    bias: .tensor("bias \(index)", [columns]), activation: activation,
                    layerScale: .tensor("scale \(index)", [columns]), residualCount: residuals)
                let op = Linear(weight: .tensor("weight \(index)", [columns, channels]), epilogue: epilogue)
                let more = (0..<residuals).map { _ in generator.tensor([1, rows, columns]) }
                return (.linear(op), [generator.tensor([1, rows, channels])] + more)
            }, absolute: productTolerance(depth: channels))
    }

    private static func layerNorm(_ rows: [Int], width: Int) -> GroupCase {
        var generator = SeededGenerator(seed: 53)
        return GroupCase(
            "\(rows) rows of \(width)",
            rows.enumerated().map { index, rows in
                let op = LayerNorm(
                    weight: .tensor("weight \(index)", [width]), bias: .tensor("bias \(index)", [width]),
                    epsilon: 1e-6)
                return (.layerNorm(op), [generator.tensor([1, rows, width], in: -3...5)])
            }, absolute: 1e-5)
    }

    private static func attention(_ crops: [Int], tokens: Int, heads: Int, headWidth: Int) -> GroupCase {
        var generator = SeededGenerator(seed: 54)
        return GroupCase(
            "\(crops) crops of \(tokens) tokens, \(heads) x \(headWidth)",
            crops.map { crops in
                (
                    .attention(Attention(headCount: heads)),
                    [generator.tensor([crops, tokens, 3 * heads * headWidth])]
                )
            }, absolute: productTolerance(depth: headWidth) + 1e-6)
    }

    private static func embedPatches(_ crops: [Int], side: Int, tokenSide: Int, width: Int) -> GroupCase {
        var generator = SeededGenerator(seed: 55)
        let tokens = 1 + (side / tokenSide) * (side / tokenSide)
        return GroupCase(
            "\(crops) crops of \(side), cells of \(tokenSide), width \(width)",
            crops.enumerated().map { index, crops in
                let op = EmbedPatches(
                    crops: (0..<crops).map { Crop(input: 0, row: 8 * $0, column: 16) }, side: side,
                    tokenSide: tokenSide, weight: .tensor("weight \(index)", [width, tokenSide, tokenSide, 3]),
                    bias: .tensor("bias \(index)", [width]), classToken: .tensor("class \(index)", [width]),
                    position: .tensor("position \(index)", [tokens, width]))
                return (.embedPatches(op), [generator.tensor([1, side + 8 * crops, side + 16, 3])])
            }, absolute: productTolerance(depth: 3 * tokenSide * tokenSide))
    }
}
