/// Depth as colours for people: near is red, far is blue.
package enum ColorMap {
    /// Depths nearer than this have the nearest colour, in metres.
    private static let nearestMetres: Float = 0.1
    /// Depths farther than this have the farthest colour, in metres.
    private static let farthestMetres: Float = 250

    /// The turbo map of inverse depth, scaled between the image's own extremes within 0.1 m and 250 m, as Depth Pro's
    /// reference draws it. A pixel without a depth is black.
    package static func turbo(inverseDepthOf depth: DepthImage) throws(ImagingError) -> PixelImage {
        let (nearest, farthest) = extremes(depth.metres.span)
        let high = min(1 / nearest, 1 / nearestMetres)
        let low = max(1 / farthest, 1 / farthestMetres)
        let pixels = colours(depth.metres, low: low, range: high - low)
        return try PixelImage(width: depth.width, height: depth.height, pixels: pixels)
    }

    /// The smallest and the largest known depth; infinity and 0 when none is known.
    private static func extremes(_ metres: Span<Float>) -> (nearest: Float, farthest: Float) {
        var nearest = Float.infinity
        var farthest: Float = 0
        for index in metres.indices {
            let metre = metres[index]
            let isKnown = metre > 0 && metre < .infinity
            nearest = isKnown && metre < nearest ? metre : nearest
            farthest = isKnown && metre > farthest ? metre : farthest
        }
        return (nearest, farthest)
    }

    private static func colours(_ metres: [Float], low: Float, range: Float) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: 3 * metres.count)
        let source = metres.span
        let table = TurboTable.rgb.span
        var target = pixels.mutableSpan
        for index in source.indices {
            let metre = source[index]
            guard metre > 0, metre < .infinity else { continue }
            let value = range > 0 ? (1 / metre - low) / range : 0
            let scaled = value * 256
            let entry = table[scaled >= 255 ? 255 : scaled > 0 ? Int(scaled) : 0]
            target[3 &* index] = UInt8(truncatingIfNeeded: entry >> 16)
            target[3 &* index &+ 1] = UInt8(truncatingIfNeeded: entry >> 8)
            target[3 &* index &+ 2] = UInt8(truncatingIfNeeded: entry)
        }
        return pixels
    }
}
