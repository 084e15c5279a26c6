import Foundation

/// By what a file that Fathom wrote is told from one that it must not replace, such as the true depth beside a photograph:
/// its archives by the arrays `focal_source` and `model`, PNG, OpenEXR and TIFF by the text `Software: Fathom` (in TIFF the
/// image's description). A portable float map has no room for a mark.
package enum FathomMark {
    static let key = "Software"
    static let value = "Fathom"
    /// `value` where a format has room for one text only.
    static let description = "\(key): \(value)"

    /// Text chunks and attributes lie in front of the pixels, an archive's directory behind them.
    private static let endByteCount = 4096

    /// Whether the file at `path` bears the mark; false for one that ends too early or is of another format.
    ///
    /// - Throws: `ImagingError` when the file cannot be read.
    package static func isOn(_ path: String) throws(ImagingError) -> Bool {
        try InputFile.check(path)
        switch (path as NSString).pathExtension.lowercased() {
        case "npz":
            let directory = try part(of: path, fromEnd: true)
            return directory.contains(Array("focal_source.npy".utf8)) && directory.contains(Array("model.npy".utf8))
        case "png": return try part(of: path).contains(Array("tEXt\(key)\0\(value)".utf8))
        // Name, type, length of the text, text.
        case "exr": return try part(of: path).contains(Array("\(key)\0string\0".utf8) + [6, 0, 0, 0] + value.utf8)
        case "tif", "tiff": return try VipsFile(path: path).text("image-description") == description
        default: return false
        }
    }

    /// The first bytes of a file, or the last: a photograph's folder may hold archives of many gigabytes.
    private static func part(of path: String, fromEnd: Bool = false) throws(ImagingError) -> Data {
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            let byteCount = fromEnd ? try file.seekToEnd() : 0
            try file.seek(toOffset: byteCount - min(byteCount, UInt64(endByteCount)))
            return try file.read(upToCount: endByteCount) ?? Data()
        } catch {
            throw .unreadable(path: path, reason: "the file cannot be read")
        }
    }
}

extension Data {
    fileprivate func contains(_ bytes: [UInt8]) -> Bool { range(of: Data(bytes)) != nil }
}
