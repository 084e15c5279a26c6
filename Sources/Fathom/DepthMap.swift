/// The depth of every pixel of a photograph, in metres along the optical axis.
public struct DepthMap: Sendable, Equatable {
    /// Columns, as of the upright photograph.
    public let width: Int
    /// Rows, as of the upright photograph.
    public let height: Int
    /// Metres, row by row from the top left, between 0.0001 and 10 000.
    public let metres: [Float]
    /// The focal length that the depth stands on, in pixels of the upright photograph.
    public let focalLengthPixels: Double
    /// The horizontal field of view of that focal length in degrees.
    public let horizontalFieldOfViewDegrees: Double
    /// Where the focal length came from.
    public let focalLengthSource: FocalLengthSource
    /// The model that made the map.
    public let modelName: String
    /// The name of the device that computed it.
    public let deviceName: String
    /// Why that device.
    public let deviceReason: String
    /// Where the time went.
    public let seconds: StageSeconds

    /// The depth at a pixel in metres.
    public subscript(row row: Int, column column: Int) -> Float { metres[row * width + column] }

    /// The nearest, median and farthest depth in metres.
    public var range: DepthRange { DepthRange(metres) }
}

/// Seconds spent in each stage of an estimate.
public struct StageSeconds: Sendable, Hashable {
    /// Reading and decoding the photograph; zero when it came decoded.
    public var decode = 0.0
    /// Resizing and normalising the photograph, and its pyramid.
    public var prepare = 0.0
    /// The patch and image encoders.
    public var encoders = 0.0
    /// Upsampling, decoder and depth head.
    public var decoder = 0.0
    /// The field-of-view network; zero when the focal length was known.
    public var fieldOfView = 0.0
    /// Inverse depth to metres at the photograph's own size.
    public var metric = 0.0
    /// Encoding and writing files; zero when nothing was written.
    public var write = 0.0

    /// All stages together. Files overlap with the computation of their neighbours in a batch, so that a batch takes
    /// less than the sum of its photographs' totals.
    public var total: Double { decode + prepare + encoders + decoder + fieldOfView + metric + write }
}

/// Nearest, median and farthest of a depth map, in metres.
public struct DepthRange: Sendable, Hashable {
    /// The smallest depth.
    public let nearest: Float
    /// The lower median.
    public let median: Float
    /// The largest depth.
    public let farthest: Float

    /// Positive floats order as their bit patterns do: a histogram of the upper and then of the lower 16 bits finds the
    /// median exactly, in two passes over the map.
    package init(_ metres: [Float]) {
        nearest = metres.min() ?? 0
        farthest = metres.max() ?? 0
        guard !metres.isEmpty else {
            median = 0
            return
        }
        var rank = (metres.count - 1) / 2
        var counts = [Int](repeating: 0, count: 1 << 16)
        for value in metres { counts[Int(value.bitPattern >> 16)] += 1 }
        let upper = bucket(of: &rank, in: counts)
        counts = [Int](repeating: 0, count: 1 << 16)
        for value in metres where Int(value.bitPattern >> 16) == upper { counts[Int(value.bitPattern & 0xFFFF)] += 1 }
        median = Float(bitPattern: UInt32(upper) << 16 | UInt32(bucket(of: &rank, in: counts)))
    }
}

/// The bucket that holds the element of a rank; the rank becomes the element's rank within the bucket.
private func bucket(of rank: inout Int, in counts: [Int]) -> Int {
    for (index, count) in counts.enumerated() {
        if rank < count { return index }
        rank -= count
    }
    return counts.count - 1
}
