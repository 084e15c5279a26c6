import Archives

/// Portable float maps of one channel: a text header `Pf`, width, height and a scale whose sign tells the byte order,
/// then float32 rows from bottom to top (http://www.pauldebevec.com/Research/HDR/PFM/).
package enum PFM {
    private static let maximumHeaderByteCount = 256

    /// Reads the bytes of one file; `name` stands for it in messages.
    package static func read(
        _ bytes: [UInt8], name: String, limits: DepthFileLimits = DepthFileLimits()
    ) throws(ImagingError) -> NumberMap {
        guard bytes.starts(with: Array("Pf".utf8)) else {
            let reason = bytes.starts(with: Array("PF".utf8)) ? "it holds three channels" : "it does not begin with Pf"
            throw .corrupt(name: name, reason: reason)
        }
        var position = 2
        guard let width = word(bytes, &position).flatMap({ Int($0) }),
            let height = word(bytes, &position).flatMap({ Int($0) }),
            let scale = word(bytes, &position).flatMap({ Double($0) }), scale.isFinite, scale != 0
        else { throw .corrupt(name: name, reason: "its header is not width, height and scale") }
        try limits.check(width: width, height: height, name: name)
        // Exactly one white space ends the header.
        let start = position + 1
        guard bytes.count - start == 4 * width * height else {
            throw .corrupt(
                name: name, reason: "\(max(bytes.count - start, 0)) bytes where \(4 * width * height) are claimed")
        }
        let type = NumberType(kind: .floating, byteCount: 4, isBigEndian: scale > 0)
        let upwards = type.floats(bytes.span.bytes, at: start, count: width * height)
        return try NumberMap(width: width, height: height, values: flipped(upwards, width: width))
    }

    /// Writes depths in metres in one atomic step; what is unknown is written as infinity, as stereo data sets do.
    package static func write(_ depth: DepthImage, to path: String) throws(ImagingError) {
        let rows = flipped(depth.metres.map { $0 > 0 && $0.isFinite ? $0 : .infinity }, width: depth.width)
        try AtomicFile.write(to: path) { (file) throws(ImagingError) in
            try file.append(Array("Pf\n\(depth.width) \(depth.height)\n-1\n".utf8))
            try file.append(rows)
        }
    }

    /// The next word of the header; `position` stays at the white space behind it.
    private static func word(_ bytes: [UInt8], _ position: inout Int) -> String? {
        let limit = min(bytes.count, maximumHeaderByteCount)
        while position < limit, isSpace(bytes[position]) { position += 1 }
        let start = position
        while position < limit, !isSpace(bytes[position]) { position += 1 }
        return position < limit && position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// The rows in the opposite order.
    private static func flipped(_ values: [Float], width: Int) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(values.count)
        for start in stride(from: values.count - width, through: 0, by: -width) {
            result += values[start..<start + width]
        }
        return result
    }
}
