/// A row-major tensor in host memory: what goes into a prepared plan and what comes out of it.
package struct HostTensor: Sendable, Equatable {
    package enum Elements: Sendable, Equatable {
        case float32([Float])
        case uint8([UInt8])
    }

    package let shape: Shape
    package let elements: Elements

    package init(shape: Shape, float32 values: [Float]) {
        precondition(values.count == shape.elementCount, "\(values.count) values for shape \(shape)")
        self.shape = shape
        elements = .float32(values)
    }

    package init(shape: Shape, uint8 values: [UInt8]) {
        precondition(values.count == shape.elementCount, "\(values.count) values for shape \(shape)")
        self.shape = shape
        elements = .uint8(values)
    }

    package var dataType: DataType {
        switch elements {
        case .float32: .float32
        case .uint8: .uint8
        }
    }

    /// The elements of a float32 tensor; nil for any other type.
    package var float32: [Float]? {
        if case .float32(let values) = elements { values } else { nil }
    }

    /// The elements of a uint8 tensor; nil for any other type.
    package var uint8: [UInt8]? {
        if case .uint8(let values) = elements { values } else { nil }
    }
}
