/// Depth as a TIFF of one float32 channel, which GIS and image tools open.
package enum FloatTIFF {
    /// Reads a grey TIFF of any sample type, such as float32 metres.
    package static func read(
        _ path: String, limits: DepthFileLimits = DepthFileLimits()
    ) throws(ImagingError) -> NumberMap {
        try InputFile.check(path)
        let file = try VipsFile(path: path)
        try file.checkOpened(name: path, maximumPixelCount: limits.maximumPixelCount)
        return try NumberMap(
            width: file.uprightWidth, height: file.uprightHeight, values: file.decodeGreyFloat(name: path))
    }
}
