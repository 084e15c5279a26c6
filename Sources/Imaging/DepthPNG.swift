/// Depth as 16-bit grey PNG, the form that most datasets and robots read: value = metres * scale, 0 = unknown. The scale
/// travels with the file in tEXt chunks: `depth_scale` (steps per metre), `unit`, `invalid`, `saturated` (pixels),
/// `focal_px`, `model` and Fathom's mark.
package enum DepthPNG {
    /// An encoded file and what was lost on the way.
    package struct Encoded: Sendable {
        /// The PNG.
        package let bytes: [UInt8]
        /// Pixels farther than the scale reaches, stored as 65535.
        package let saturatedCount: Int
        /// Pixels without a depth, stored as 0.
        package let unknownCount: Int
    }

    /// A 16-bit depth file as it is stored.
    package struct Stored: Sendable {
        /// Pixels per row.
        package let width: Int
        /// Rows.
        package let height: Int
        /// `height * width` values in steps, 0 = unknown.
        package let values: [UInt16]
        /// `depth_scale` of the file: steps per metre; nil when the file does not say.
        package let stepsPerMetre: Double?
        /// `saturated` of the file; nil when the file does not say.
        package let saturatedCount: Int?
        /// `focal_px` of the file: the focal length in pixels; nil when the file does not say.
        package let focalLengthPixels: Double?
    }

    /// Encodes `depth`. Throws `cannotEncode`.
    package static func encode(
        _ depth: DepthImage, scale: DepthScale, _ metadata: DepthMetadata
    ) throws(ImagingError) -> Encoded {
        let quantised = QuantisedDepth(depth, scale: scale)
        let text = [
            PNGText(key: "depth_scale", value: shortest(scale.stepsPerMetre)),
            PNGText(key: "unit", value: "m"),
            PNGText(key: "invalid", value: "0"),
            PNGText(key: "saturated", value: String(quantised.saturatedCount)),
            PNGText(key: "focal_px", value: shortest(metadata.focalLengthPixels)),
            PNGText(key: "model", value: metadata.model),
            .fathomMark,
        ]
        let bytes = try PNGEncoder.encode(
            grey16: quantised.values, width: depth.width, height: depth.height, text: text)
        return Encoded(
            bytes: bytes, saturatedCount: quantised.saturatedCount, unknownCount: quantised.unknownCount)
    }

    /// Encodes `depth` and writes it in one atomic step. Throws `cannotEncode` or `cannotWrite`.
    @discardableResult
    package static func write(
        _ depth: DepthImage, scale: DepthScale, _ metadata: DepthMetadata, to path: String
    ) throws(ImagingError) -> Encoded {
        let encoded = try encode(depth, scale: scale, metadata)
        try AtomicFile.write(encoded.bytes, to: path)
        return encoded
    }

    /// Reads a 16-bit grey image, such as a dataset's depth. Throws what `PhotographDecoder` throws, and
    /// `unsupportedSamples` for any other kind of image.
    package static func read(
        _ path: String, maximumPixelCount: Int = PhotographDecoder.defaultMaximumPixelCount
    ) throws(ImagingError) -> Stored {
        try InputFile.check(path)
        let file = try VipsFile(path: path)
        try file.checkOpened(name: path, maximumPixelCount: maximumPixelCount)
        let values = try file.decodeGrey16(name: path)
        return Stored(
            width: file.uprightWidth, height: file.uprightHeight, values: values,
            stepsPerMetre: text(0, "depth_scale", file).flatMap(Double.init),
            saturatedCount: text(3, "saturated", file).flatMap { Int($0) },
            focalLengthPixels: text(4, "focal_px", file).flatMap(Double.init))
    }

    /// libvips names a text field by its place in the file; ours are always written in the same order.
    private static func text(_ index: Int, _ key: String, _ file: borrowing VipsFile) -> String? {
        file.text("png-comment-\(index)-\(key)")
    }

    /// A whole number without its ".0".
    private static func shortest(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? String(value)
    }
}
