/// Depth as colours for people: near is red, far is blue.
package enum ColorMap {
    /// Depths nearer than this have the nearest colour, in metres.
    private static let nearestMetres: Float = 0.1
    /// Depths farther than this have the farthest colour, in metres.
    private static let farthestMetres: Float = 250

    /// The turbo map of inverse depth, scaled between the image's own extremes within 0.1 m and 250 m, as Depth Pro's
    /// reference draws it. A pixel without a depth is black.
    package static func turbo(inverseDepthOf depth: DepthImage) throws(ImagingError) -> PixelImage {
        let metres = depth.metres.span
        var smallest = Float.infinity
        var largest: Float = 0
        for index in metres.indices {
            let metre = metres[index]
            let inverse: Float = metre > 0 && metre < .infinity ? 1 / metre : .nan
            if inverse < smallest { smallest = inverse }
            if inverse > largest { largest = inverse }
        }
        let high = min(largest, 1 / nearestMetres)
        let low = max(smallest, 1 / farthestMetres)
        let range = high - low

        var pixels = [UInt8](repeating: 0, count: 3 * depth.metres.count)
        let table = TurboTable.rgb.span
        var target = pixels.mutableSpan
        for index in metres.indices {
            let metre = metres[index]
            guard metre > 0, metre < .infinity else { continue }
            let value = range > 0 ? (1 / metre - low) / range : 0
            let entry = table[Int(min(max(value * 256, 0), 255))]
            target[3 * index] = UInt8(truncatingIfNeeded: entry >> 16)
            target[3 * index + 1] = UInt8(truncatingIfNeeded: entry >> 8)
            target[3 * index + 2] = UInt8(truncatingIfNeeded: entry)
        }
        return try PixelImage(width: depth.width, height: depth.height, pixels: pixels)
    }
}
