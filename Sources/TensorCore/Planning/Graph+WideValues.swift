extension Graph {
    /// Results that a product makes for nobody in the graph: as float32 they cost next to nothing, and have no steps.
    package var wideResults: Set<Value> { results(outputs.map(\.value), of: nodes) }

    /// Values that lose too much in a type of two bytes, for a plan whose other values are stored in one: pictures,
    /// whose steps of 1/255 it would blur; the sums that every block of a transformer adds to, whose roundings would
    /// add up; and the results.
    package var wideValues: Set<Value> {
        var wide = Set(outputs.map(\.value))
        for node in nodes {
            switch node.op {
            case .prepareImage, .embedPatches:
                wide.insert(node.output)
            case .downsample:
                wide.formUnion(node.inputs)
                wide.insert(node.output)
            case .linear:
                if node.inputs.dropFirst().contains(where: wide.contains) { wide.insert(node.output) }
            case .layerNorm, .attention, .mergeTokens, .conv2D, .upsampleConv, .subpixelConv, .concatenate:
                break
            }
        }
        return wide
    }
}

extension Plan {
    /// As ``Graph/wideResults``.
    package var wideResults: Set<Value> { results(outputs.map(\.value), of: nodes) }
}

private func results(_ outputs: [Value], of nodes: [Node]) -> Set<Value> {
    let read = Set(nodes.flatMap(\.inputs))
    let products = nodes.filter { node in
        switch node.op {
        case .linear, .conv2D, .upsampleConv, .subpixelConv: node.op.epilogue?.residualCount == 0
        case .prepareImage, .downsample, .embedPatches, .layerNorm, .attention, .mergeTokens, .concatenate: false
        }
    }
    return Set(products.map(\.output)).intersection(outputs).subtracting(read)
}
