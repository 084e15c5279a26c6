extension Photograph {
    /// A picture to measure with when there is no photograph: slow gradients under fine grain, the same every time. The
    /// network's speed does not depend on what it sees.
    ///
    /// - Throws: ``FathomError`` when there is no such size.
    public static func synthetic(width: Int = 1536, height: Int = 1024) throws(FathomError) -> Photograph {
        guard width > 0, height > 0, width <= defaultMaximumPixelCount / height else {
            throw FathomError(.invalidArgument, "a picture cannot have \(width) x \(height) pixels")
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        var grain: UInt32 = 1
        for row in 0..<height {
            for column in 0..<width {
                // Numerical Recipes' linear congruential generator; its upper bits are noise enough.
                grain = grain &* 1_664_525 &+ 1_013_904_223
                let noise = Int(grain >> 28)
                let (across, down) = (column * 200 / width, row * 200 / height)
                for value in [across, down, (across + 200 - down) / 2] { pixels.append(UInt8(20 + value + noise)) }
            }
        }
        return try Photograph(width: width, height: height, pixels: pixels)
    }
}
