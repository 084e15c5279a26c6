import Foundation
import TensorCore

/// Where a tensor lies in a file.
struct StoredTensor: Sendable, Equatable {
    let description: TensorDescription
    /// The bytes from the first element to the last one, by position in the file.
    let byteRange: Range<Int>
    let order: ElementOrder

    init(description: TensorDescription, byteRange: Range<Int>, order: ElementOrder = .contiguous) {
        self.description = description
        self.byteRange = byteRange
        self.order = order
    }

    /// Reads the tensor's elements as float32; see `WeightSource.read`.
    func read(_ name: String, from file: MappedFile, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard description.dataType.isFloatingPoint else {
            throw .notFloatingPoint(name: name, found: description.dataType)
        }
        guard destination.count == description.shape.elementCount else {
            throw .unreadable(
                name: name,
                reason: "it has \(description.shape.elementCount) elements, room was given for \(destination.count)")
        }
        guard !byteRange.isEmpty else { return }
        do {
            let bytes = try file.bytes(reading: byteRange.count)
            let bad = FloatConversion.convert(
                bytes.bytes.extracting(byteRange), of: description.dataType, shape: description.shape, order: order,
                into: &destination)
            if let bad { throw WeightError.notFinite(name: name, index: bad) }
        } catch let error as WeightError {
            throw error
        } catch {
            throw .unreadable(name: name, reason: "\(error)")
        }
    }
}

extension Shape {
    /// The number of bytes of a tensor of this shape, or nil where a count of its elements or bytes would overflow.
    ///
    /// Empty axes count as one, so that a shape that passes can be multiplied in any order.
    func checkedByteCount(of type: DataType) -> Int? {
        var product = type.byteCount
        for dimension in dimensions {
            guard dimension >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: max(dimension, 1))
            guard !overflow else { return nil }
            product = next
        }
        return dimensions.contains(0) ? 0 : product
    }
}
