/// Finds the tensors by name in what a checkpoint's pickle holds.
enum StateDict {
    /// Keys under which training code nests the state dict, in the order in which they are tried.
    private static let wrappers = ["state_dict", "model"]

    /// - Returns: the tensors of a dictionary from names to tensors, or of one nested under a usual key.
    static func tensors(in pickle: PickleReader) throws(FormatFault) -> [String: PickledTensor] {
        guard case .dictionary(let index) = pickle.root else {
            throw .unsupported("its pickle holds \(pickle.root.kind), not a state dict")
        }
        var items = pickle.objects.dictionaries[index]
        for wrapper in wrappers {
            let nested = items.first { if case .string(wrapper) = $0.key { true } else { false } }
            if case .dictionary(let inner)? = nested?.value {
                items = pickle.objects.dictionaries[inner]
                break
            }
        }
        var tensors: [String: PickledTensor] = [:]
        for (key, value) in items {
            guard case .string(let name) = key else {
                throw .unsupported("its state dict has a key that is \(key.kind), not a name")
            }
            guard case .tensor(let tensor) = value else {
                throw .unsupported("it is \(value.kind), not a tensor", tensor: name)
            }
            guard tensors.updateValue(pickle.objects.tensors[tensor], forKey: name) == nil else {
                throw .damaged("the state dict holds it twice", tensor: name)
            }
        }
        return tensors
    }
}
