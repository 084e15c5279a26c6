/// Depth in 16-bit steps: 0 where the depth is unknown, 65535 where it lies beyond the scale's reach.
package struct QuantisedDepth: Sendable, Equatable {
    /// `height * width` steps.
    package let values: [UInt16]
    /// Pixels farther than the scale reaches, stored as 65535.
    package let saturatedCount: Int
    /// Pixels without a depth (not finite or not positive), stored as 0.
    package let unknownCount: Int

    /// Rounds `depth` to the nearest step, halves upwards. A depth nearer than half a step is stored as 1, as KITTI's
    /// development kit does, so that 0 always means unknown.
    package init(_ depth: DepthImage, scale: DepthScale) {
        let steps = scale.stepsPerMetre
        var values = [UInt16](repeating: 0, count: depth.metres.count)
        var saturated = 0
        var unknown = 0
        let metres = depth.metres.span
        var target = values.mutableSpan
        for index in metres.indices {
            let metre = metres[index]
            guard metre > 0, metre < .infinity else {
                unknown &+= 1
                continue
            }
            let scaled = Double(metre) * steps + 0.5
            if scaled < 65536 {
                target[index] = max(UInt16(scaled), 1)
            } else {
                target[index] = 65535
                saturated &+= 1
            }
        }
        self.values = values
        saturatedCount = saturated
        unknownCount = unknown
    }
}
