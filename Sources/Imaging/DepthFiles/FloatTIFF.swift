import CVips

/// Depth as a TIFF of one float32 channel, which GIS and image tools open.
package enum FloatTIFF {
    /// Reads a grey TIFF of any sample type, such as float32 metres.
    package static func read(
        _ path: String, limits: DepthFileLimits = DepthFileLimits()
    ) throws(ImagingError) -> NumberMap {
        try InputFile.check(path)
        let file = try VipsFile(path: path)
        try file.checkOpened(name: path, maximumPixelCount: limits.maximumPixelCount)
        return try NumberMap(
            width: file.uprightWidth, height: file.uprightHeight, values: file.decodeGreyFloat(name: path))
    }

    /// Writes depths in metres in one atomic step; what is unknown is written as it is (NaN or infinity).
    package static func write(_ depth: DepthImage, to path: String) throws(ImagingError) {
        try Vips.start()
        guard let width = Int32(exactly: depth.width), let height = Int32(exactly: depth.height) else {
            throw .cannotEncode(reason: "TIFF holds at most 2147483647 pixels in a row")
        }
        let encoded = depth.metres.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let address = bytes.baseAddress else { return nil }
            var pixels = CVipsPixels(
                samples: address, byte_count: bytes.count, width: width, height: height, bands: 1, bits_per_sample: 32)
            return cvips_encode_float_tiff(&pixels, FathomMark.description)
        }
        guard let encoded else { throw .cannotEncode(reason: "there are no pixels") }
        defer { cvips_encoded_free(encoded) }
        guard cvips_encoded_status(encoded) == CVipsStatusOK else {
            throw .cannotEncode(reason: Vips.cleaned(String(cString: cvips_encoded_message(encoded))))
        }
        let bytes = UnsafeRawBufferPointer(
            start: cvips_encoded_bytes(encoded), count: cvips_encoded_byte_count(encoded))
        try AtomicFile.write([UInt8](bytes), to: path)
    }
}
