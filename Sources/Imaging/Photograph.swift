/// A decoded photograph: upright pixels and what its metadata says about the lens.
package struct Photograph: Sendable, Equatable {
    /// The pixels, turned upright and converted to 8-bit sRGB.
    package let image: PixelImage
    /// EXIF's 35 mm equivalent focal length in millimetres, when it is given and positive.
    package let focalLength35mm: Double?
    /// The path or name it was read from, for messages.
    package let name: String
}

enum ExifText {
    /// The number in libvips' text of an EXIF tag, such as "26 (26, Short, 1 components, 2 bytes)", when it is finite
    /// and positive.
    static func positiveNumber(_ text: String) -> Double? {
        guard let first = text.split(separator: " ").first, let value = Double(first) else { return nil }
        return value.isFinite && value > 0 ? value : nil
    }
}
