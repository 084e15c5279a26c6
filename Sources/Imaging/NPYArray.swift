import Archives

/// A value of NumPy's .npy format, version 1.0, little-endian, rows last index fastest.
package enum NPYArray: Sendable, Equatable {
    /// float32 of any shape; an empty shape is a scalar.
    case float32([Float], shape: [Int])
    /// A float64 scalar, shape ().
    case float64(Double)
    /// A Unicode scalar string, shape (), UTF-32.
    case string(String)

    /// NumPy's type code.
    private var typeCode: String {
        switch self {
        case .float32: "<f4"
        case .float64: "<f8"
        // NumPy has no text of no characters: an empty string is stored as one NUL, which it reads back as empty.
        case .string(let text): "<U\(max(text.unicodeScalars.count, 1))"
        }
    }

    /// The shape as Python writes a tuple.
    private var shapeText: String {
        guard case .float32(_, let shape) = self, !shape.isEmpty else { return "()" }
        return "(" + shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
    }

    /// Magic, version, header length and header, padded so that the values start at a multiple of 64 bytes.
    var header: [UInt8] {
        let text = "{'descr': '\(typeCode)', 'fortran_order': False, 'shape': \(shapeText), }"
        let prefixByteCount = 10
        let unpadded = prefixByteCount + text.utf8.count + 1
        let padding = (64 - unpadded % 64) % 64
        let headerByteCount = UInt16(unpadded + padding - prefixByteCount)
        var bytes: [UInt8] = [0x93] + "NUMPY".utf8 + [1, 0]
        bytes.appendLittleEndian(headerByteCount)
        bytes += text.utf8
        bytes += [UInt8](repeating: 0x20, count: padding) + [0x0A]
        return bytes
    }

    /// The values of those cases that are small; nil for float32, which is written without a copy.
    var smallPayload: [UInt8]? {
        var bytes: [UInt8] = []
        switch self {
        case .float32: return nil
        case .float64(let value): bytes.appendLittleEndian(value.bitPattern)
        case .string(let text):
            for scalar in text.unicodeScalars { bytes.appendLittleEndian(scalar.value) }
            if bytes.isEmpty { bytes.appendLittleEndian(UInt32(0)) }
        }
        return bytes
    }
}
