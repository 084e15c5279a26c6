import TensorCore

/// Tensors in memory, each with values of its own.
struct MemorySource: WeightSource {
    let tensors: [String: TensorDescription]
    let values: [String: [Float]]

    init(_ contents: [String: (shape: Shape, values: [Float])]) {
        tensors = contents.mapValues { TensorDescription(shape: $0.shape, dataType: .float32) }
        values = contents.mapValues(\.values)
    }

    /// Vectors of one element, valued by their place in the list.
    init(names: [String]) {
        var contents: [String: (shape: Shape, values: [Float])] = [:]
        for (index, name) in names.enumerated() { contents[name] = ([1], [Float(index)]) }
        self.init(contents)
    }

    func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let values = values[name] else { throw .missing(name) }
        for index in values.indices { destination[index] = values[index] }
    }

    func releaseMemory() {}
}
