extension Graph {
    /// The distinct constant operands, in the order of first use.
    package var weights: [Weight] { nodes.flatMap(\.op.weights).withoutRepetition }

    /// Checks a checkpoint against the graph by names and shapes alone; no weight is read and nothing is planned, which
    /// takes minutes where a configuration claims a thousand layers.
    ///
    /// `isUnused` tells which tensors a checkpoint may hold although the graph does not read them.
    ///
    /// - Throws: ``WeightError`` for the first tensor that is missing or misshapen, or all that are unknown.
    package func checkWeights(_ source: any WeightSource, isUnused: (String) -> Bool) throws(WeightError) {
        var known = Set<String>()
        for tensor in weights.flatMap(\.tensors) {
            try source.require(tensor.name, shape: tensor.shape)
            known.insert(tensor.name)
        }
        let unexpected = source.tensors.keys.filter { !known.contains($0) && !isUnused($0) }.sorted()
        guard unexpected.isEmpty else { throw .unexpected(unexpected) }
    }
}
