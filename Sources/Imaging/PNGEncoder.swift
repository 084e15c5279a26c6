import CVips

/// PNG through libvips, in memory; `AtomicFile` puts it on disk.
package enum PNGEncoder {
    /// zlib's level. 12 megapixels of 16-bit depth take 0.3 s at level 1 and 1.1 s at zlib's default 6, for a file that is
    /// half as large again.
    private static let compression: Int32 = 1

    /// An 8-bit RGB PNG of `image` with Fathom's mark. Throws `cannotEncode`.
    package static func encode(_ image: PixelImage) throws(ImagingError) -> [UInt8] {
        try encode(image.pixels, width: image.width, height: image.height, bands: 3, text: [.fathomMark])
    }

    /// A 16-bit grey PNG of `height * width` values with text chunks. Throws `cannotEncode`.
    static func encode(
        grey16 values: [UInt16], width: Int, height: Int, text: [PNGText]
    ) throws(ImagingError) -> [UInt8] {
        try encode(values, width: width, height: height, bands: 1, text: text)
    }

    private static func encode<Sample: FixedWidthInteger & BitwiseCopyable>(
        _ samples: [Sample], width: Int, height: Int, bands: Int32, text: [PNGText]
    ) throws(ImagingError) -> [UInt8] {
        try Vips.start()
        guard let width = Int32(exactly: width), let height = Int32(exactly: height) else {
            throw .cannotEncode(reason: "PNG holds at most 2147483647 pixels in a row")
        }
        let encoded = samples.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let address = bytes.baseAddress else { return nil }
            var pixels = CVipsPixels(
                samples: address, byte_count: bytes.count, width: width, height: height, bands: bands,
                bits_per_sample: Int32(Sample.bitWidth))
            return cvips_encode_png(&pixels, compression)
        }
        guard let encoded else { throw .cannotEncode(reason: "there are no pixels") }
        defer { cvips_encoded_free(encoded) }
        guard cvips_encoded_status(encoded) == CVipsStatusOK else {
            throw .cannotEncode(reason: Vips.cleaned(String(cString: cvips_encoded_message(encoded))))
        }
        let count = cvips_encoded_byte_count(encoded)
        let png = UnsafeRawBufferPointer(start: cvips_encoded_bytes(encoded), count: count)
        return png.prefix(PNGText.offset) + text.flatMap(\.chunk) + png.dropFirst(PNGText.offset)
    }
}
