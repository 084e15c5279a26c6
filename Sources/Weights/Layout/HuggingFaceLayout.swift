package import TensorCore

/// Presents the tensors of Hugging Face's Depth Pro under the canonical names, which are Apple's.
///
/// Query, key and value are stored apart and appear as one tensor `qkv` of three times their first extent. A tensor
/// that Depth Pro does not have keeps its name, so that whoever loads a model can report it.
package struct HuggingFaceLayout: WeightSource {
    package let tensors: [String: TensorDescription]

    private let source: any WeightSource
    private let names: HuggingFaceNames
    /// The stored tensors that follow one another in a canonical one: itself alone, or query, key and value.
    private let storedNames: [String: [String]]

    /// - Parameters:
    ///   - source: tensors under Hugging Face's names.
    ///   - intermediateCount: how many hidden states of the patch encoder feed the decoder.
    ///   - scaledImageCount: how many scales the pyramid has.
    /// - Throws: when query, key and value do not fit together, or a tensor is there under two names.
    package init(
        source: any WeightSource, intermediateCount: Int, scaledImageCount: Int
    ) throws(WeightError) {
        self.source = source
        names = HuggingFaceNames(intermediateCount: intermediateCount, scaledImageCount: scaledImageCount)
        var parts: [String: [Int: String]] = [:]
        var divided: Set<String> = []
        for stored in source.tensors.keys.sorted() {
            let (canonical, index): (String, Int)
            switch names.place(of: stored) {
            case .unused: continue
            case .unknown: (canonical, index) = (stored, 0)
            case .whole(let name): (canonical, index) = (name, 0)
            case .part(let name, let part):
                (canonical, index) = (name, part)
                divided.insert(name)
            }
            if let other = parts[canonical, default: [:]].updateValue(stored, forKey: index) {
                throw .unreadable(
                    name: stored, reason: "'\(other)' is the same tensor; the checkpoint mixes two namings")
            }
        }
        storedNames = try Self.joined(parts, divided: divided)
        tensors = try Self.descriptions(storedNames, source.tensors)
    }

    package func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let stored = storedNames[name], let description = tensors[name] else { throw .missing(name) }
        guard stored.count > 1 else { return try source.read(stored[0], into: &destination) }
        guard destination.count == description.shape.elementCount else {
            throw .unreadable(
                name: name,
                reason: "it has \(description.shape.elementCount) elements, room was given for \(destination.count)")
        }
        let count = destination.count / stored.count
        for (index, part) in stored.enumerated() {
            // The underscore is the standard library's own name for cutting a piece out of a borrowed span.
            var room = destination._mutatingExtracting(index * count..<(index + 1) * count)
            try source.read(part, into: &room)
        }
    }

    package func nameInFile(_ name: String) -> String {
        (storedNames[name] ?? names.names(of: name)).map(source.nameInFile).joined(separator: " + ")
    }

    package func releaseMemory() { source.releaseMemory() }

    private static func joined(
        _ parts: [String: [Int: String]], divided: Set<String>
    ) throws(WeightError) -> [String: [String]] {
        var joined: [String: [String]] = [:]
        for (canonical, stored) in parts {
            let inOrder = stored.sorted { $0.key < $1.key }.map(\.value)
            if divided.contains(canonical) && inOrder.count < 3 {
                let lacking = ["query", "key", "value"].enumerated().filter { stored[$0.offset] == nil }.map(\.element)
                throw .unreadable(
                    name: canonical,
                    reason:
                        "the checkpoint has '\(inOrder[0])' but not the \(lacking.joined(separator: " and ")) beside it"
                )
            }
            joined[canonical] = inOrder
        }
        return joined
    }

    private static func descriptions(
        _ storedNames: [String: [String]], _ source: [String: TensorDescription]
    ) throws(WeightError) -> [String: TensorDescription] {
        var descriptions: [String: TensorDescription] = [:]
        for (canonical, stored) in storedNames {
            guard let first = source[stored[0]] else { throw .missing(stored[0]) }
            for name in stored.dropFirst() {
                guard let other = source[name] else { throw .missing(name) }
                guard other.shape == first.shape, first.shape.rank > 0 else {
                    throw .shapeMismatch(name: name, expected: first.shape, found: other.shape)
                }
            }
            let dimensions = first.shape.dimensions
            let shape = stored.count == 1 ? first.shape : Shape([stored.count * dimensions[0]] + dimensions.dropFirst())
            descriptions[canonical] = TensorDescription(shape: shape, dataType: first.dataType)
        }
        return descriptions
    }
}
