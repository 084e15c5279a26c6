extension Plan {
    /// Checks what a run was given: one tensor for each input, of its type and shape, and outputs that exist.
    package func check(_ tensors: [HostTensor], outputs names: Set<String>) throws(BackendError) {
        guard tensors.count == inputs.count else {
            throw .inputCount(expected: inputs.count, found: tensors.count)
        }
        for (index, tensor) in tensors.enumerated() {
            let shape = tensor.shape
            let expected: String
            switch inputs[index].kind {
            case .photograph:
                let isPicture = shape.rank == 3 && shape.channels == 3 && shape.elementCount > 0
                if isPicture && tensor.dataType == .uint8 { continue }
                expected = "uint8 [rows, columns, 3], at least one pixel"
            case .tensor(let wanted):
                if shape == wanted && tensor.dataType == .float32 { continue }
                expected = "float32 \(wanted)"
            }
            throw .inputMismatch(index: index, expected: expected, found: "\(tensor.dataType.rawValue) \(shape)")
        }
        if let name = names.subtracting(outputs.map(\.name)).min() { throw .unknownOutput(name) }
    }
}
