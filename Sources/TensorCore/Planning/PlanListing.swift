/// A plan as a table: operations that differ only in the block or the micro-batch they belong to share a row.
package struct PlanListing: Sendable, Hashable {
    package struct Row: Sendable, Hashable {
        /// The module, with `*` in place of block numbers.
        package let scope: String
        package let operation: String
        package let stage: Stage
        package let input: Shape
        package let output: Shape
        /// Whether the input is a photograph, whose size is not known.
        package let readsPhotograph: Bool
        package var count = 0
        package var cost = Cost()
    }

    package private(set) var rows: [Row] = []
    /// The row of each node of the plan.
    package private(set) var rowOfNode: [Int] = []
    package let cost: Cost
    /// Bytes of all activations at their peak.
    package let arenaByteCount: Int
    /// Elements of all weights, as the plan holds them.
    package let weightElementCount: Int

    package init(_ plan: Plan) {
        var rowIndices: [RowKey: Int] = [:]
        let photographs = Set(plan.inputs.filter { $0.kind == .photograph }.map(\.value))
        for node in plan.nodes {
            let key = RowKey(
                scope: collapseBlocks(node.scope), operation: node.op.name, stage: node.stage,
                input: plan.shape(node.inputs[0]), output: plan.shape(node.output))
            let index = rowIndices[key] ?? rows.count
            if index == rows.count {
                rowIndices[key] = index
                rows.append(
                    Row(
                        scope: key.scope, operation: key.operation, stage: key.stage, input: key.input,
                        output: key.output, readsPhotograph: photographs.contains(node.inputs[0])))
            }
            rowOfNode.append(index)
            rows[index].count += 1
            rows[index].cost = rows[index].cost + plan.cost(of: node)
        }
        cost = plan.cost
        arenaByteCount = plan.memory.byteCount
        weightElementCount = plan.weights.reduce(0) { $0 + $1.shape.elementCount }
    }

    private struct RowKey: Hashable {
        let scope: String
        let operation: String
        let stage: Stage
        let input: Shape
        let output: Shape
    }
}

/// `blocks.17.attn` -> `blocks.*.attn`
private func collapseBlocks(_ scope: String) -> String {
    var isBlockNumber = false
    return scope.split(separator: ".").map { part in
        defer { isBlockNumber = part == "blocks" }
        return isBlockNumber ? "*" : String(part)
    }.joined(separator: ".")
}
