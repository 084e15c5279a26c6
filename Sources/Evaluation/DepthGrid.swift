/// A depth map to be measured: metres along the optical axis, rows from top to bottom. Infinity means that there is
/// nothing within reach (sky); NaN and what is not positive mean that the depth is unknown.
package struct DepthGrid: Sendable, Equatable {
    /// Pixels per row.
    package let width: Int
    /// Rows.
    package let height: Int
    /// `height * width` depths in metres.
    package var metres: [Double]

    /// Wraps depths that are already in place; there must be `width * height` of them.
    package init(width: Int, height: Int, metres: [Double]) {
        precondition(width > 0 && height > 0 && metres.count == width * height)
        self.width = width
        self.height = height
        self.metres = metres
    }

    /// The depth at a pixel in metres.
    package subscript(row: Int, column: Int) -> Double { metres[row * width + column] }

    /// Whether a depth is known, sky included.
    package static func isKnown(_ metres: Double) -> Bool { metres > 0 }

    /// The part within a rectangle, which must lie within the map.
    package func cropped(_ rectangle: PixelRectangle) -> DepthGrid {
        let (columns, left) = (rectangle.columns.count, rectangle.columns.lowerBound)
        let rows = rectangle.rows.map { metres[($0 * width + left)...].prefix(columns) }
        return DepthGrid(width: columns, height: rectangle.rows.count, metres: Array(rows.joined()))
    }
}
