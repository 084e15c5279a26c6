import CVips

/// PNG through libvips, in memory; `AtomicFile` puts it on disk.
package enum PNGEncoder {
    /// One entry of a PNG's text, Latin-1 by the format's rules; what is not ASCII becomes "?".
    struct Text {
        let key: String
        let value: String
    }

    /// zlib's level. 12 megapixels of depth colours: level 1 is three times as fast as zlib's default 6 and within a few
    /// percent of its size.
    private static let compression: Int32 = 1

    /// An 8-bit RGB PNG of `image`. Throws `cannotEncode`.
    package static func encode(_ image: PixelImage) throws(ImagingError) -> [UInt8] {
        try encode(image.pixels, width: image.width, height: image.height, bands: 3, text: [])
    }

    /// A 16-bit grey PNG of `height * width` values. Throws `cannotEncode`.
    static func encode(grey16 values: [UInt16], width: Int, height: Int, text: [Text]) throws(ImagingError) -> [UInt8] {
        try encode(values, width: width, height: height, bands: 1, text: text)
    }

    private static func encode<Sample: FixedWidthInteger & BitwiseCopyable>(
        _ samples: [Sample], width: Int, height: Int, bands: Int32, text: [Text]
    ) throws(ImagingError) -> [UInt8] {
        try Vips.start()
        guard let width = Int32(exactly: width), let height = Int32(exactly: height) else {
            throw .cannotEncode(reason: "PNG holds at most 2147483647 pixels in a row")
        }
        let words = text.flatMap { [ascii($0.key), ascii($0.value)] }
        let encoded = samples.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let address = bytes.baseAddress else { return nil }
            var pixels = CVipsPixels(
                samples: address, byte_count: bytes.count, width: width, height: height, bands: bands,
                bits_per_sample: Int32(Sample.bitWidth))
            return withCStrings(words) { cvips_encode_png(&pixels, $0, Int32(text.count), compression) }
        }
        guard let encoded else { throw .cannotEncode(reason: "there are no pixels") }
        defer { cvips_encoded_free(encoded) }
        guard cvips_encoded_status(encoded) == CVipsStatusOK else {
            throw .cannotEncode(reason: Vips.cleaned(String(cString: cvips_encoded_message(encoded))))
        }
        let count = cvips_encoded_byte_count(encoded)
        return [UInt8](UnsafeRawBufferPointer(start: cvips_encoded_bytes(encoded), count: count))
    }

    private static func ascii(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { (32..<127).contains($0.value) ? $0 : "?" }))
    }

    /// Calls `body` with a C array of C strings that lives as long as the call.
    private static func withCStrings<Result>(
        _ words: [String], _ body: (UnsafePointer<UnsafePointer<CChar>>?) -> Result
    ) -> Result {
        let bytes = words.map { Array($0.utf8CString) }
        let flat = bytes.flatMap { $0 }
        return flat.withUnsafeBufferPointer { buffer in
            var addresses: [UnsafePointer<CChar>] = []
            var offset = 0
            for word in bytes {
                if let base = buffer.baseAddress { addresses.append(base + offset) }
                offset += word.count
            }
            return addresses.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
