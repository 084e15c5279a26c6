import COpenEXR

/// OpenEXR images of one value a pixel, through OpenEXR's own C library.
package enum OpenEXR {
    /// The channels that hold depth, by the names that renderers give them; the first of these that a file has is read.
    private static let depthChannels = ["Z", "depth", "Depth", "Depth.Z", "depth.Z", "Y", "V", "R"]

    /// Reads the bytes of one file, half, float32 or integer, in scan lines or tiles; `name` stands for it in messages.
    /// A file whose only channel has another name is read as well.
    package static func read(
        _ bytes: [UInt8], name: String, limits: DepthFileLimits = DepthFileLimits()
    ) throws(ImagingError) -> NumberMap {
        let result: Result<NumberMap, ImagingError> = bytes.withUnsafeBytes { buffer in
            guard let address = buffer.baseAddress else { return .failure(.empty(name: name)) }
            let image = cexr_open(address, buffer.count)
            defer { cexr_close(image) }
            return Result { () throws(ImagingError) in try read(image, name, limits) }
        }
        return try result.get()
    }

    private static func read(
        _ image: OpaquePointer, _ name: String, _ limits: DepthFileLimits
    ) throws(ImagingError) -> NumberMap {
        let (width, height) = (Int(cexr_width(image)), Int(cexr_height(image)))
        guard width > 0 else { throw failure(image, name) }
        try limits.check(width: width, height: height, name: name)
        let channels = (0..<cexr_channel_count(image)).map { String(cString: cexr_channel_name(image, $0)) }
        let named = depthChannels.lazy.compactMap(channels.firstIndex).first
        guard let channel = named ?? (channels.count == 1 ? 0 : nil) else {
            throw .corrupt(
                name: name, reason: "it has no channel Z or Y but \(channels.prefix(8).joined(separator: ", "))")
        }
        var values = [Float](repeating: 0, count: width * height)
        guard cexr_read_channel(image, Int32(channel), &values, values.count) == 0 else { throw failure(image, name) }
        return try NumberMap(width: width, height: height, values: values)
    }

    private static func failure(_ image: OpaquePointer, _ name: String) -> ImagingError {
        .corrupt(name: name, reason: Vips.cleaned(String(cString: cexr_message(image))))
    }

    /// Writes depths in metres as channel `Z` in float32, with what the file says of itself as text attributes, in one
    /// atomic step. What is unknown is written as it is (NaN or infinity), which the format allows.
    package static func write(
        _ depth: DepthImage, _ metadata: DepthMetadata, to path: String
    ) throws(ImagingError) {
        let texts = [
            "unit", "m", "focal_px", "\(metadata.focalLengthPixels)", "focal_source", metadata.focalSource,
            "model", metadata.model, FathomMark.key, FathomMark.value,
        ]
        let encoded = withCStrings(texts) { texts in
            cexr_encode(depth.metres, Int32(depth.width), Int32(depth.height), "Z", texts, Int32(texts.count / 2))
        }
        defer { cexr_encoded_free(encoded) }
        let message = String(cString: cexr_encoded_message(encoded))
        guard message.isEmpty, let bytes = cexr_encoded_bytes(encoded) else { throw .cannotEncode(reason: message) }
        try AtomicFile.write(
            [UInt8](UnsafeRawBufferPointer(start: bytes, count: cexr_encoded_byte_count(encoded))), to: path)
    }
}

/// Calls `body` with the texts as C strings, which live as long as the call.
private func withCStrings<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>]) -> Result) -> Result {
    func collect(_ rest: ArraySlice<String>, _ pointers: [UnsafePointer<CChar>]) -> Result {
        guard let text = rest.first else { return body(pointers) }
        return text.withCString { collect(rest.dropFirst(), pointers + [$0]) }
    }
    return collect(texts[...], [])
}
