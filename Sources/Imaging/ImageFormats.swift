/// The image formats that are read.
package enum ImageFormats {
    /// For messages: the formats by name.
    package static let list = "JPEG, PNG, TIFF, WebP, HEIC, AVIF"

    /// File name extensions that a folder is searched for, in lower case.
    package static let extensions: Set<String> = ["jpg", "jpeg", "png", "tif", "tiff", "webp", "heic", "heif", "avif"]
}
