import Archives

/// The numbers of a NumPy array, rows last index fastest, widened or rounded to float32.
package struct NumericArray: Sendable, Equatable {
    /// Its dimensions; none for a scalar.
    package let shape: [Int]
    /// All elements.
    package let values: [Float]

    /// The array as a map: two dimensions, or three of which the first or last is one. Throws `corrupt` otherwise.
    package func map(name: String) throws(ImagingError) -> NumberMap {
        var sides = shape
        if sides.count == 3 {
            if sides[0] == 1 { sides.removeFirst() } else if sides[2] == 1 { sides.removeLast() }
        }
        guard sides.count == 2 else {
            throw .corrupt(name: name, reason: "its array has the shape \(shape), not rows x columns")
        }
        return try NumberMap(width: sides[1], height: sides[0], values: values)
    }
}

/// Reads NumPy's .npy format, versions 1 to 3, of boolean, integer and floating-point arrays of either byte order.
/// Nothing in the file is executed: pickled objects are refused.
package enum NPYReader {
    /// Dimensions of an array that can be a depth map, with room for batches.
    private static let maximumRank = 8
    private static let maximumHeaderByteCount = 1 << 16

    /// Reads the bytes of one file; `name` stands for it in messages.
    package static func read(
        _ bytes: [UInt8], name: String, limits: DepthFileLimits = DepthFileLimits()
    ) throws(ImagingError) -> NumericArray {
        let (header, start) = try split(bytes, name: name)
        let description = try NPYHeader(header, name: name)
        let count = try elementCount(description.shape, limits, name: name)
        let type = description.type
        guard (bytes.count - start) / type.byteCount == count, (bytes.count - start) % type.byteCount == 0 else {
            throw .corrupt(
                name: name,
                reason: "\(bytes.count - start) bytes where \(count) elements of \(type.byteCount) bytes are claimed")
        }
        let values = type.floats(bytes.span.bytes, at: start, count: count)
        let isTransposed = description.isFortranOrder && description.shape.count > 1
        return NumericArray(
            shape: description.shape, values: isTransposed ? transposed(values, shape: description.shape) : values)
    }

    /// The header's text and where the elements start.
    private static func split(_ bytes: [UInt8], name: String) throws(ImagingError) -> (ArraySlice<UInt8>, Int) {
        guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw .corrupt(name: name, reason: "it does not begin as a .npy file")
        }
        guard (1...3).contains(bytes[6]) else {
            throw .corrupt(name: name, reason: "version \(bytes[6]) of .npy is not known")
        }
        let span = bytes.span.bytes
        let (start, count) =
            bytes[6] == 1
            ? (10, Int(span.littleEndian(UInt16.self, at: 8))) : (12, Int(span.littleEndian(UInt32.self, at: 8)))
        guard count <= min(maximumHeaderByteCount, bytes.count - start) else {
            throw .corrupt(name: name, reason: "its header claims \(count) bytes")
        }
        return (bytes[start..<start + count], start + count)
    }

    private static func elementCount(
        _ shape: [Int], _ limits: DepthFileLimits, name: String
    ) throws(ImagingError) -> Int {
        guard shape.count <= maximumRank else {
            throw .corrupt(name: name, reason: "its array has \(shape.count) dimensions")
        }
        var count = 1
        for side in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: side)
            guard !overflow, product <= limits.maximumPixelCount else {
                throw .tooManyPixels(
                    name: name, width: shape.last ?? 1, height: shape.dropLast().last ?? 1,
                    limit: limits.maximumPixelCount)
            }
            count = product
        }
        return count
    }

    /// Elements stored first index fastest, in the order of the last index fastest.
    private static func transposed(_ values: [Float], shape: [Int]) -> [Float] {
        var strides: [Int] = []
        var stride = 1
        for side in shape {
            strides.append(stride)
            stride *= side
        }
        var position = [Int](repeating: 0, count: shape.count)
        var offset = 0
        return values.indices.map { _ in
            let value = values[offset]
            for axis in shape.indices.reversed() {
                position[axis] += 1
                offset += strides[axis]
                if position[axis] < shape[axis] { break }
                offset -= shape[axis] * strides[axis]
                position[axis] = 0
            }
            return value
        }
    }
}
