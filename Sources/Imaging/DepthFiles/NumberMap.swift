/// A map of numbers as a file stores it, rows from top to bottom: depths, disparities or steps of a scale.
package struct NumberMap: Sendable, Equatable {
    /// Pixels per row.
    package let width: Int
    /// Rows.
    package let height: Int
    /// `height * width` numbers.
    package let values: [Float]

    /// Wraps numbers that are already in place. Throws `sampleCount` when they do not fill `width` x `height`.
    package init(width: Int, height: Int, values: [Float]) throws(ImagingError) {
        let expected = try SampleCount.checked(width: width, height: height, channels: 1)
        guard values.count == expected else { throw .sampleCount(expected: expected, actual: values.count) }
        self.width = width
        self.height = height
        self.values = values
    }
}

/// What a reader of depth files may be asked to hold.
package struct DepthFileLimits: Sendable, Equatable {
    /// Files that claim more pixels are refused before memory is asked for.
    package var maximumPixelCount: Int

    /// The limits that photographs have.
    package init(maximumPixelCount: Int = PhotographDecoder.defaultMaximumPixelCount) {
        self.maximumPixelCount = maximumPixelCount
    }

    /// Throws `tooManyPixels`, or `corrupt` for a map without pixels.
    func check(width: Int, height: Int, name: String) throws(ImagingError) {
        guard width > 0, height > 0 else {
            throw .corrupt(name: name, reason: "it claims \(width) x \(height) pixels")
        }
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, count <= maximumPixelCount else {
            throw .tooManyPixels(name: name, width: width, height: height, limit: maximumPixelCount)
        }
    }

    /// Bytes of the largest array that is read: eight for each pixel, and room for its header.
    var maximumArrayByteCount: Int {
        let (count, overflow) = maximumPixelCount.multipliedReportingOverflow(by: 8)
        return overflow ? .max - (1 << 16) : count + (1 << 16)
    }
}
