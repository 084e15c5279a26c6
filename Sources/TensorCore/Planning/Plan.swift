/// A graph made ready to run: its operations in execution order, and an offset in one arena for every value.
package struct Plan: Sendable {
    package let nodes: [Node]
    /// Runs of nodes that do not need one another; nodes of one step may run at the same time.
    package let steps: [Range<Int>]
    package let shapes: [Shape]
    package let inputs: [(value: Value, kind: InputKind)]
    package let outputs: [(name: String, value: Value)]
    package let memory: MemoryPlan

    /// - Parameters:
    ///   - graph: its nodes are put in the order in which its outputs demand them, which keeps large values short-lived;
    ///     nodes that no output needs disappear.
    ///   - storage: how activations and weights are stored: float32, float16 or bfloat16.
    ///   - wideValues: values that are stored as float32 even if `storage` is narrower.
    ///   - joinsSteps: whether nodes that do the same work on rows of their own make one step, for back ends on which a
    ///     launch costs time; otherwise each is a step of its own.
    package init(
        _ graph: Graph, storage: DataType = .float32, wideValues: Set<Value> = [], joinsSteps: Bool = false
    ) {
        let ordered = demandOrder(graph)
        let steps = joinsSteps ? joinSteps(ordered, shapes: graph.shapes) : ordered.map { [$0] }
        nodes = steps.flatMap(\.self)
        self.steps = steps.reduce(into: []) { ranges, step in
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<(start + step.count))
        }
        shapes = graph.shapes
        inputs = graph.inputs
        outputs = graph.outputs
        memory = MemoryPlan(
            steps: steps, shapes: shapes, inputs: inputs, outputs: outputs.map(\.value),
            storage: storage, wideValues: wideValues)
    }

    package func shape(_ value: Value) -> Shape { shapes[value.index] }

    /// The distinct constant operands, in the order of first use.
    package var weights: [Weight] { nodes.flatMap(\.op.weights).withoutRepetition }

    /// The sum over all nodes; photographs count as one pixel.
    package var cost: Cost { nodes.reduce(Cost()) { $0 + cost(of: $1) } }

    package func cost(of node: Node) -> Cost {
        let cost = node.op.cost(node.inputs.map(shape), elementByteCount: memory.elementByteCount)
        let wideElementCount = (node.inputs + [node.output]).filter(memory.wideValues.contains)
            .reduce(0) { $0 + shape($1).elementCount }
        return Cost(
            flopCount: cost.flopCount,
            byteCount: cost.byteCount + wideElementCount * (4 - memory.elementByteCount))
    }

    /// For each node, whether one of the named outputs depends on it.
    package func needed(for names: Set<String>) -> [Bool] {
        var wanted = Set(outputs.filter { names.contains($0.name) }.map(\.value))
        var needed = [Bool](repeating: false, count: nodes.count)
        for (index, node) in nodes.enumerated().reversed() where wanted.contains(node.output) {
            needed[index] = true
            wanted.formUnion(node.inputs)
        }
        return needed
    }
}

/// The nodes in the order of a depth-first walk from the outputs through each node's inputs, the input that is farthest
/// from the graph's own inputs first: what a long chain needs at its end is not made before the chain has run.
private func demandOrder(_ graph: Graph) -> [Node] {
    var depths = [Int](repeating: 0, count: graph.shapes.count)
    for node in graph.nodes { depths[node.output.index] = 1 + (node.inputs.map { depths[$0.index] }.max() ?? 0) }
    let producers = Dictionary(uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.output, $0) })
    var isPlaced = [Bool](repeating: false, count: graph.nodes.count)
    var ordered: [Node] = []
    for output in graph.outputs {
        // An explicit stack: a deep network must not exhaust the thread's.
        var stack = [(producers[output.value], false)]
        while let (producer, inputsDone) = stack.popLast() {
            guard let producer, !isPlaced[producer] else { continue }
            if inputsDone {
                isPlaced[producer] = true
                ordered.append(graph.nodes[producer])
            } else {
                stack.append((producer, true))
                let inputs = graph.nodes[producer].inputs.sorted { depths[$0.index] < depths[$1.index] }
                for input in inputs { stack.append((producers[input], false)) }
            }
        }
    }
    return ordered
}
