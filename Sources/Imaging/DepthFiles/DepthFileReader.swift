import Foundation

/// A map read from a file, with what the file says of it.
package struct DepthFileContent: Sendable, Equatable {
    /// The numbers as they are stored.
    package var map: NumberMap
    /// Steps per metre that the file states; nil when it states none, and for formats that hold metres.
    package var stepsPerMetre: Double?
    /// Whether the numbers are steps of a scale rather than metres.
    package var isSteps = false
    /// The focal length in pixels that the file states.
    package var focalLengthPixels: Double?

    /// A map of which nothing more is known.
    package init(map: NumberMap) { self.map = map }
}

/// Reads depth files of every format: .npz, .npy, .pfm, .exr, .dpt, .tif(f) and 16-bit .png.
package enum DepthFileReader {
    /// File name extensions in lower case, the most exact format first.
    package static let extensions = ["npz", "npy", "exr", "pfm", "dpt", "tiff", "tif", "png"]

    /// Reads a file by its name's extension.
    ///
    /// - Throws: `ImagingError` when it is missing, damaged, of another format or larger than the limits.
    package static func read(
        _ path: String, limits: DepthFileLimits = DepthFileLimits()
    ) throws(ImagingError) -> DepthFileContent {
        switch (path as NSString).pathExtension.lowercased() {
        case "npz":
            let archive = try NPZReader(bytes(path), name: path, limits: limits)
            let focal = archive.scalar("focallength_px")
            var content = DepthFileContent(map: try archive.depthMap())
            content.focalLengthPixels = focal
            return content
        case "npy":
            let array = try NPYReader.read(bytes(path), name: path, limits: limits)
            return DepthFileContent(map: try array.map(name: path))
        case "exr": return DepthFileContent(map: try OpenEXR.read(bytes(path), name: path, limits: limits))
        case "pfm": return DepthFileContent(map: try PFM.read(bytes(path), name: path, limits: limits))
        case "dpt": return DepthFileContent(map: try RawFloats.readSintel(bytes(path), name: path, limits: limits))
        case "tif", "tiff": return DepthFileContent(map: try FloatTIFF.read(path, limits: limits))
        case "png": return try png(path, limits)
        default: throw .unsupportedFormat(name: path)
        }
    }

    private static func png(_ path: String, _ limits: DepthFileLimits) throws(ImagingError) -> DepthFileContent {
        let stored = try DepthPNG.read(path, maximumPixelCount: limits.maximumPixelCount)
        let map = try NumberMap(width: stored.width, height: stored.height, values: stored.values.map(Float.init))
        var content = DepthFileContent(map: map)
        content.isSteps = true
        content.stepsPerMetre = stored.stepsPerMetre
        content.focalLengthPixels = stored.focalLengthPixels
        return content
    }

    /// All bytes of a regular file.
    package static func bytes(_ path: String) throws(ImagingError) -> [UInt8] {
        try InputFile.check(path)
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
            throw .unreadable(path: path, reason: "the file cannot be read")
        }
        return [UInt8](data)
    }
}
