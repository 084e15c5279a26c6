package import TensorCore

/// A checkpoint in memory.
package struct MemoryWeights: WeightSource {
    package let tensors: [String: TensorDescription]
    private let values: [String: [Float]]

    package init(_ entries: [String: HostTensor]) {
        tensors = entries.mapValues { TensorDescription(shape: $0.shape, dataType: .float32) }
        values = entries.compactMapValues(\.float32)
    }

    /// Random values within `range` for every tensor that the weights read.
    package init(for weights: [Weight], seed: UInt64, in range: ClosedRange<Float> = -1...1) {
        var generator = SeededGenerator(seed: seed)
        var entries: [String: HostTensor] = [:]
        for tensor in weights.flatMap(\.tensors) where entries[tensor.name] == nil {
            entries[tensor.name] = generator.tensor(tensor.shape, in: range)
        }
        self.init(entries)
    }

    /// The same with every element changed.
    package func mapped(_ change: (Float) -> Float) -> MemoryWeights {
        MemoryWeights(
            Dictionary(
                uniqueKeysWithValues: tensors.map { name, tensor in
                    (name, HostTensor(shape: tensor.shape, float32: (values[name] ?? []).map(change)))
                }))
    }

    package func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let elements = values[name] else { throw .missing(name) }
        for index in elements.indices { destination[index] = elements[index] }
    }

    package func releaseMemory() {}
}
