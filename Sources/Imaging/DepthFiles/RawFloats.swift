import Archives

/// Files of plain little-endian float32 numbers, rows from top to bottom.
package enum RawFloats {
    /// MPI Sintel's .dpt: the float 202021.25, then width and height as 32-bit integers, then depths in metres
    /// (its `sintel_io.py`).
    package static func readSintel(
        _ bytes: [UInt8], name: String, limits: DepthFileLimits = DepthFileLimits()
    ) throws(ImagingError) -> NumberMap {
        let span = bytes.span.bytes
        guard bytes.count >= 12, Float(bitPattern: span.littleEndian(UInt32.self, at: 0)) == 202021.25 else {
            throw .corrupt(name: name, reason: "it does not begin as a .dpt file")
        }
        let width = Int(span.littleEndian(Int32.self, at: 4))
        let height = Int(span.littleEndian(Int32.self, at: 8))
        return try read(bytes, from: 12, width: width, height: height, name: name, limits)
    }

    /// A file without a header, as ETH3D's depth maps are; the size is known from elsewhere.
    package static func read(
        _ bytes: [UInt8], width: Int, height: Int, name: String, limits: DepthFileLimits = DepthFileLimits()
    ) throws(ImagingError) -> NumberMap {
        try read(bytes, from: 0, width: width, height: height, name: name, limits)
    }

    private static func read(
        _ bytes: [UInt8], from start: Int, width: Int, height: Int, name: String, _ limits: DepthFileLimits
    ) throws(ImagingError) -> NumberMap {
        try limits.check(width: width, height: height, name: name)
        guard bytes.count - start == 4 * width * height else {
            throw .corrupt(
                name: name,
                reason: "\(bytes.count - start) bytes of depth where \(width) x \(height) pixels need"
                    + " \(4 * width * height)")
        }
        let values = NumberType.float32.floats(bytes.span.bytes, at: start, count: width * height)
        return try NumberMap(width: width, height: height, values: values)
    }
}
