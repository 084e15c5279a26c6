/// Puts nodes that may run together side by side: such a step is one launch where a launch costs time.
///
/// Nodes join a step when they do the same work on rows of their own with weights of their own, such as the layers of
/// encoders that run next to one another; a node comes forward to the earliest step at which what it reads is there.
/// Those that share their weights stay apart, because a model has them apart to save memory: micro-batches of one
/// encoder, decoders of several images.
///
/// - Parameters:
///   - nodes: in an order in which they can run.
///   - shapes: of all values, by their indices.
/// - Returns: the nodes of each step.
func joinSteps(_ nodes: [Node], shapes: [Shape]) -> [[Node]] {
    let works = nodes.map { Work($0, shapes) }
    var sameWork: [Work: [Int]] = [:]
    for (index, work) in works.enumerated() { if let work { sameWork[work, default: []].append(index) } }
    var seen = Set<Weight>()
    let usesNewWeights = nodes.map { node in
        defer { seen.formUnion(node.op.weights) }
        return seen.isDisjoint(with: node.op.weights)
    }
    var isPlaced = [Bool](repeating: false, count: nodes.count)
    var missing = Set(nodes.map(\.output))
    var steps: [[Node]] = []
    for index in nodes.indices where !isPlaced[index] {
        var step = [index]
        for other in works[index].flatMap({ sameWork[$0] }) ?? [] where other > index && !isPlaced[other] {
            guard usesNewWeights[other], nodes[other].inputs.allSatisfy({ !missing.contains($0) }) else { continue }
            step.append(other)
        }
        for member in step {
            isPlaced[member] = true
            missing.remove(nodes[member].output)
        }
        steps.append(step.map { nodes[$0] })
    }
    return steps
}

/// What nodes of one step have in common: the operation without the names of its weights, and the shape of a row, or of a
/// crop where rows of a crop need one another.
private struct Work: Hashable {
    let op: Op
    let part: Shape

    /// Nil for operations that always run alone.
    init?(_ node: Node, _ shapes: [Shape]) {
        let input = shapes[node.inputs[0].index]
        switch node.op {
        case .embedPatches(let op):
            // Whichever crops, of whatever maps.
            self.op = .embedPatches(
                EmbedPatches(
                    crops: [], side: op.side, tokenSide: op.tokenSide, weight: nameless(op.weight),
                    bias: nameless(op.bias), classToken: nameless(op.classToken), position: nameless(op.position)))
            part = []
        case .layerNorm(let op):
            self.op = .layerNorm(LayerNorm(weight: nameless(op.weight), bias: nameless(op.bias), epsilon: op.epsilon))
            part = [input.channels]
        case .linear(let op):
            var epilogue = op.epilogue
            epilogue.bias = epilogue.bias.map(nameless)
            epilogue.layerScale = epilogue.layerScale.map(nameless)
            self.op = .linear(Linear(weight: nameless(op.weight), epilogue: epilogue))
            part = [input.channels]
        case .attention:
            op = node.op
            part = Shape(Array(input.dimensions.dropFirst()))
        case .prepareImage, .downsample, .mergeTokens, .conv2D, .upsampleConv, .subpixelConv, .concatenate:
            return nil
        }
    }
}

private func nameless(_ weight: Weight) -> Weight { .tensor("", weight.shape) }
