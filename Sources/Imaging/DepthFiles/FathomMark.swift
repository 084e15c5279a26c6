import Foundation

/// By what a file that Fathom wrote is told from one that it must not replace, such as the true depth beside a photograph:
/// its archives by the arrays `focal_source` and `model`, PNG, OpenEXR and TIFF by the text `Software: Fathom` (in TIFF the
/// image's description). A portable float map has no room for a mark.
package enum FathomMark {
    static let key = "Software"
    static let value = "Fathom"
    /// `value` where a format has room for one text only.
    static let description = "\(key): \(value)"

    /// Text chunks and attributes lie in front of the pixels.
    private static let headByteCount = 4096

    /// Whether the file at `path` bears the mark; false for one that is damaged or of another format.
    ///
    /// - Throws: `ImagingError` when the file cannot be read.
    package static func isOn(_ path: String) throws(ImagingError) -> Bool {
        try InputFile.check(path)
        switch (path as NSString).pathExtension.lowercased() {
        case "npz": return try isOnArchive(path)
        case "png": return try head(of: path).contains(Array("tEXt\(key)\0\(value)".utf8))
        // Name, type, length of the text, text.
        case "exr": return try head(of: path).contains(Array("\(key)\0string\0".utf8) + [6, 0, 0, 0] + value.utf8)
        case "tif", "tiff": return try VipsFile(path: path).text("image-description") == description
        default: return false
        }
    }

    private static func isOnArchive(_ path: String) throws(ImagingError) -> Bool {
        let bytes = try DepthFileReader.bytes(path)
        guard let archive = try? NPZReader(bytes, name: path) else { return false }
        return archive.keys.contains("focal_source") && archive.keys.contains("model")
    }

    private static func head(of path: String) throws(ImagingError) -> Data {
        guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: headByteCount) else {
            throw .unreadable(path: path, reason: "the file cannot be read")
        }
        return head
    }
}

extension Data {
    fileprivate func contains(_ bytes: [UInt8]) -> Bool { range(of: Data(bytes)) != nil }
}
