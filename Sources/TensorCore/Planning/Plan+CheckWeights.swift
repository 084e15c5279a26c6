extension Plan {
    /// Checks a checkpoint against the plan by names and shapes alone; no weight is read.
    ///
    /// `isUnused` tells which tensors a checkpoint may hold although the plan does not read them.
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
