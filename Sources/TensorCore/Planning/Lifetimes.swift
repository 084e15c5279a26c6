/// When each value is first and last touched, and which values may share one block of memory.
struct Lifetimes {
    private(set) var blocks: [MemoryBlock] = []
    /// The block of each value.
    private var blockIndices: [Int?]

    /// Nodes of a step run at the same time. `elementByteCounts` holds the bytes of an element of each value.
    init(steps: [[Node]], elementByteCounts: [Int], inputs: [(value: Value, kind: InputKind)], outputs: [Value]) {
        blockIndices = [Int?](repeating: nil, count: elementByteCounts.count)
        var lastUses = [Int](repeating: -1, count: elementByteCounts.count)
        for (step, nodes) in steps.enumerated() {
            for input in nodes.flatMap(\.inputs) { lastUses[input.index] = step }
        }
        for output in outputs { lastUses[output.index] = steps.count }

        for (value, kind) in inputs {
            guard case .tensor = kind else { continue }
            add(value, lifetime: -1...max(0, lastUses[value.index]))
        }
        for (step, node) in steps.enumerated().flatMap({ step, nodes in nodes.map { (step, $0) } }) {
            let end = max(step, lastUses[node.output.index])
            let residual = Self.lastReadResidual(node, of: steps[step]) { lastUses[$0.index] == step }
            if let residual,
                elementByteCounts[residual.index] == elementByteCounts[node.output.index],
                let block = blockIndices[residual.index]
            {
                blockIndices[node.output.index] = block
                blocks[block].values.append(node.output.index)
                blocks[block].lifetime = blocks[block].lifetime.lowerBound...end
            } else {
                add(node.output, lifetime: step...end)
            }
        }
    }

    private mutating func add(_ value: Value, lifetime: ClosedRange<Int>) {
        blockIndices[value.index] = blocks.count
        blocks.append(MemoryBlock(values: [value.index], lifetime: lifetime))
    }

    /// A residual that this node alone still reads. A product reads each residual element just before it writes the
    /// output element in its place, so that the output may take over the memory if its elements are as large.
    private static func lastReadResidual(
        _ node: Node, of step: [Node], isLastRead: (Value) -> Bool
    ) -> Value? {
        guard let epilogue = node.op.epilogue, epilogue.residualCount > 0 else { return nil }
        return node.inputs.dropFirst().first { residual in
            isLastRead(residual) && step.reduce(0) { $0 + $1.inputs.count { $0 == residual } } == 1
        }
    }
}
