/// An upright image: 8-bit sRGB, rows from top to bottom, samples interleaved as R, G, B.
package struct PixelImage: Sendable, Equatable {
    /// Pixels per row.
    package let width: Int
    /// Rows.
    package let height: Int
    /// `height * width * 3` samples.
    package let pixels: [UInt8]

    /// Wraps samples that are already in place. Throws `sampleCount` when they do not fill `width` x `height` x 3.
    package init(width: Int, height: Int, pixels: [UInt8]) throws(ImagingError) {
        let expected = try SampleCount.checked(width: width, height: height, channels: 3)
        guard pixels.count == expected else {
            throw ImagingError.sampleCount(expected: expected, actual: pixels.count)
        }
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// A depth map: metres along the optical axis, rows from top to bottom. A value that is not finite or not positive means
/// that the depth is unknown.
package struct DepthImage: Sendable, Equatable {
    /// Pixels per row.
    package let width: Int
    /// Rows.
    package let height: Int
    /// `height * width` depths in metres.
    package let metres: [Float]

    /// Wraps depths that are already in place. Throws `sampleCount` when they do not fill `width` x `height`.
    package init(width: Int, height: Int, metres: [Float]) throws(ImagingError) {
        let expected = try SampleCount.checked(width: width, height: height, channels: 1)
        guard metres.count == expected else {
            throw ImagingError.sampleCount(expected: expected, actual: metres.count)
        }
        self.width = width
        self.height = height
        self.metres = metres
    }
}

enum SampleCount {
    /// `width * height * channels`; throws when a side is not positive or the product overflows.
    static func checked(width: Int, height: Int, channels: Int) throws(ImagingError) -> Int {
        guard width > 0, height > 0 else { throw .sampleCount(expected: 0, actual: 0) }
        let (area, areaOverflow) = width.multipliedReportingOverflow(by: height)
        let (count, countOverflow) = area.multipliedReportingOverflow(by: channels)
        guard !areaOverflow, !countOverflow else { throw .sampleCount(expected: .max, actual: 0) }
        return count
    }
}
