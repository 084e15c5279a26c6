import Imaging

/// An upright photograph as 8-bit sRGB, with what its file says about the camera.
public struct Photograph: Sendable, Equatable {
    let image: PixelImage
    /// The 35 mm equivalent focal length in millimetres that the file states.
    public let focalLength35mm: Double?

    /// Columns of the upright photograph.
    public var width: Int { image.width }
    /// Rows of the upright photograph.
    public var height: Int { image.height }
    /// Red, green and blue of each pixel, row by row.
    public var pixels: [UInt8] { image.pixels }

    /// The largest photograph that is decoded unless the caller says otherwise, in pixels.
    public static let defaultMaximumPixelCount = PhotographDecoder.defaultMaximumPixelCount

    /// The formats that are read, for messages.
    public static let formats = ImageFormats.list

    /// Decodes a JPEG, PNG, TIFF, WebP, HEIC or AVIF file, applies its orientation and converts it to 8-bit sRGB.
    ///
    /// - Throws: ``FathomError`` when the file is missing, damaged, of another format, or larger than
    ///   `maximumPixelCount`, which is checked before decoding.
    public init(
        contentsOf path: String, maximumPixelCount: Int = Photograph.defaultMaximumPixelCount
    ) throws(FathomError) {
        self.init(
            try FathomError.wrapping(.unreadableImage) { () throws(ImagingError) in
                try PhotographDecoder(maximumPixelCount: maximumPixelCount).decode(contentsOf: path)
            })
    }

    /// Decodes an encoded image in memory; `name` is what errors call it.
    ///
    /// - Throws: ``FathomError`` as ``init(contentsOf:maximumPixelCount:)``.
    public init(
        encoded bytes: [UInt8], name: String = "image",
        maximumPixelCount: Int = Photograph.defaultMaximumPixelCount
    ) throws(FathomError) {
        self.init(
            try FathomError.wrapping(.unreadableImage) { () throws(ImagingError) in
                try PhotographDecoder(maximumPixelCount: maximumPixelCount).decode(bytes, name: name)
            })
    }

    /// Takes pixels as they are: red, green and blue, row by row, from the top left.
    ///
    /// - Throws: ``FathomError`` when there are not 3 `width` `height` bytes.
    public init(width: Int, height: Int, pixels: [UInt8], focalLength35mm: Double? = nil) throws(FathomError) {
        image = try FathomError.wrapping(.invalidArgument) { () throws(ImagingError) in
            try PixelImage(width: width, height: height, pixels: pixels)
        }
        self.focalLength35mm = focalLength35mm
    }

    private init(_ decoded: Imaging.Photograph) {
        image = decoded.image
        focalLength35mm = decoded.focalLength35mm
    }
}
