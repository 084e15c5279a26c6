/// Reads JPEG, PNG, TIFF, WebP, HEIC and AVIF as upright 8-bit sRGB.
///
/// - All eight EXIF orientations are applied. Of a file with several pages, the first (HEIC: the primary) is read.
/// - 16-bit samples keep their high byte; grey becomes three equal channels; CMYK, palette and 1-bit images become RGB.
///   Alpha is dropped without compositing.
/// - An embedded ICC profile is applied, which Depth Pro's reference does not do. Without a profile, with one that says
///   sRGB, and with one that cannot be read, the stored values are kept bit for bit.
/// - A truncated or damaged file is an error, never a partly grey image.
///
/// A decoder is a value without state; it may be used from several threads at once.
package struct PhotographDecoder: Sendable {
    /// The pixels that a file may have when no other limit is given.
    package static let defaultMaximumPixelCount = 200_000_000

    /// Files whose header promises more pixels are refused before anything is decoded.
    package let maximumPixelCount: Int

    /// A decoder that refuses images of more than `maximumPixelCount` pixels.
    package init(maximumPixelCount: Int = PhotographDecoder.defaultMaximumPixelCount) {
        self.maximumPixelCount = maximumPixelCount
    }

    /// Decodes the file at `path`.
    package func decode(contentsOf path: String) throws(ImagingError) -> Photograph {
        try InputFile.check(path)
        let file = try VipsFile(path: path)
        return try photograph(file, name: path)
    }

    /// Decodes an image file held in memory; `name` stands for it in messages.
    package func decode(_ bytes: [UInt8], name: String) throws(ImagingError) -> Photograph {
        guard !bytes.isEmpty else { throw .empty(name: name) }
        let file = try VipsFile(bytes: bytes)
        return try photograph(file, name: name)
    }

    private func photograph(_ file: borrowing VipsFile, name: String) throws(ImagingError) -> Photograph {
        try file.checkOpened(name: name, maximumPixelCount: maximumPixelCount)
        let (width, height) = (file.uprightWidth, file.uprightHeight)
        let image = try PixelImage(width: width, height: height, pixels: file.decodeRGB(name: name))
        return Photograph(image: image, focalLength35mm: file.focalLength35mm, name: name)
    }

    /// The size of the upright image at `path`, from its header alone.
    package static func size(of path: String) throws(ImagingError) -> (width: Int, height: Int) {
        try InputFile.check(path)
        let file = try VipsFile(path: path)
        try file.checkOpened(name: path, maximumPixelCount: .max)
        return (file.uprightWidth, file.uprightHeight)
    }
}
