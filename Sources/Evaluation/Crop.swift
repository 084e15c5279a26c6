/// Rows and columns of a part of an image.
package struct PixelRectangle: Sendable, Equatable {
    /// The rows.
    package let rows: Range<Int>
    /// The columns.
    package let columns: Range<Int>

    /// Describes a part.
    package init(rows: Range<Int>, columns: Range<Int>) {
        self.rows = rows
        self.columns = columns
    }

    /// The whole of an image.
    package static func whole(width: Int, height: Int) -> PixelRectangle {
        PixelRectangle(rows: 0..<height, columns: 0..<width)
    }

    /// The part of a KITTI image that its depth benchmark uses: the bottom 352 rows, 1216 columns in the middle; nil for
    /// an image that is smaller.
    package static func kittiBenchmark(width: Int, height: Int) -> PixelRectangle? {
        guard width >= 1216, height >= 352 else { return nil }
        let left = (width - 1216) / 2
        return PixelRectangle(rows: height - 352..<height, columns: left..<left + 1216)
    }
}

/// The part of an image in which depth errors are counted.
package enum Crop: String, Sendable, Hashable, CaseIterable {
    /// The whole image.
    case none
    /// Garg et al. 2016, for KITTI.
    case garg
    /// Eigen et al. 2014, for KITTI.
    case eigenKITTI = "eigen-kitti"
    /// Eigen et al. 2014, for NYU at 640 x 480, where the projected depth has a white frame.
    case eigenNYU = "eigen-nyu"

    /// The pixels that count; nil when the crop is not defined for that size.
    package func rectangle(width: Int, height: Int) -> PixelRectangle? {
        switch self {
        case .none: .whole(width: width, height: height)
        case .garg: share(height, 0.40810811, 0.99189189, width, 0.03594771, 0.96405229)
        case .eigenKITTI: share(height, 0.3324324, 0.91351351, width, 0.0359477, 0.96405229)
        case .eigenNYU:
            width == 640 && height == 480 ? PixelRectangle(rows: 45..<471, columns: 41..<601) : nil
        }
    }

    /// Shares of both sides, rounded down as Python's `int` does.
    private func share(
        _ height: Int, _ top: Double, _ bottom: Double, _ width: Int, _ left: Double, _ right: Double
    ) -> PixelRectangle {
        PixelRectangle(
            rows: Int(top * Double(height))..<Int(bottom * Double(height)),
            columns: Int(left * Double(width))..<Int(right * Double(width)))
    }
}

/// The depths that count, both ends excluded, and to which predictions are clamped.
package struct MetreRange: Sendable, Equatable {
    /// Metres; nothing nearer counts.
    package let nearest: Double
    /// Metres; nothing farther counts.
    package let farthest: Double

    /// Describes a range, of which `0 < nearest < farthest < infinity` must hold.
    package init(_ nearest: Double, _ farthest: Double) {
        precondition(0 < nearest && nearest < farthest && farthest < .infinity)
        self.nearest = nearest
        self.farthest = farthest
    }

    /// A prediction within the range: NaN becomes the nearest and either infinity the farthest depth, as in the
    /// reference evaluation of RSA (arXiv 2410.02924).
    package func clamped(_ metres: Double) -> Double {
        if metres.isNaN { return nearest }
        if metres.isInfinite { return farthest }
        return min(max(metres, nearest), farthest)
    }

    /// Whether a true depth counts.
    package func contains(_ metres: Double) -> Bool { metres > nearest && metres < farthest }
}
