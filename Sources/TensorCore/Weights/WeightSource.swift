/// Named tensors of a checkpoint, read on demand. Implementations may be called from several threads at once.
package protocol WeightSource: Sendable {
    /// Every tensor that the checkpoint holds, by name.
    var tensors: [String: TensorDescription] { get }

    /// Fills `destination`, which has exactly as many elements as the tensor's shape, with the tensor's elements in
    /// row-major order, converted to float32.
    ///
    /// - Throws: ``WeightError`` when the tensor is missing, unreadable, not floating point or not finite.
    func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError)

    /// What the file calls a tensor, or would call one that it lacks, for messages.
    func nameInFile(_ name: String) -> String

    /// Tells that every weight has been read: an implementation gives mapped memory back here and maps it again
    /// should another read follow.
    func releaseMemory()
}

extension WeightSource {
    package func nameInFile(_ name: String) -> String { name }

    /// Reads a whole tensor into an array. See ``read(_:into:)``.
    package func float32(_ name: String) throws(WeightError) -> [Float] {
        guard let description = tensors[name] else { throw .missing(name) }
        var values = [Float](repeating: 0, count: description.shape.elementCount)
        var span = values.mutableSpan
        try read(name, into: &span)
        return values
    }
}

/// Shape and element type of a stored tensor.
package struct TensorDescription: Sendable, Hashable {
    package let shape: Shape
    package let dataType: DataType

    package init(shape: Shape, dataType: DataType) {
        self.shape = shape
        self.dataType = dataType
    }
}

/// What can be wrong with a checkpoint's tensors once its container could be read.
package enum WeightError: Error, Sendable, Equatable, CustomStringConvertible {
    case missing(String)
    case unexpected([String])
    case shapeMismatch(name: String, expected: Shape, found: Shape)
    case notFloatingPoint(name: String, found: DataType)
    case notFinite(name: String, index: Int)
    case unreadable(name: String, reason: String)

    package var description: String {
        switch self {
        case .missing(let name):
            "the checkpoint has no tensor '\(name)'; download the whole checkpoint"
        case .unexpected(let names):
            "the checkpoint holds \(names.count) tensor(s) that the model does not have, first '\(names.first ?? "")';"
                + " its configuration does not fit its weights"
        case .shapeMismatch(let name, let expected, let found):
            "tensor '\(name)' has shape \(found) where the model needs \(expected);"
                + " it belongs to a model of another size than the other tensors or config.json say"
        case .notFloatingPoint(let name, let found):
            "tensor '\(name)' holds \(found.rawValue); weights must be float16, bfloat16, float32 or float64"
        case .notFinite(let name, let index):
            "tensor '\(name)' holds a NaN or an infinity at element \(index); the checkpoint is damaged, download it again"
        case .unreadable(let name, let reason):
            "tensor '\(name)' cannot be read: \(reason)"
        }
    }
}
