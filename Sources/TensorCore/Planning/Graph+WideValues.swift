extension Graph {
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
