/// The sizes of a Depth Pro network. Geometry follows from the side p of a patch: the network sees the image at 4p x 4p
/// and cuts 5 x 5 patches with overlap 1/4 from it, 3 x 3 with overlap 1/2 from its half and one from its quarter.
package struct DepthProConfiguration: Sendable, Hashable {
    /// Side of a patch in pixels.
    package var patchSide: Int
    package var patchEncoder: VisionTransformerConfiguration
    package var imageEncoder: VisionTransformerConfiguration
    /// nil for a checkpoint without a field-of-view network.
    package var fieldOfViewEncoder: VisionTransformerConfiguration?
    /// The patch encoder's blocks whose outputs become the two finest features, the finest first; -1 stands for what
    /// the blocks begin with.
    package var hookBlocks: [Int]
    /// Channels of the features made from the hooks, the finest first.
    package var latentWidths: [Int]
    /// Channels of the features made from the pyramid, the finest first.
    package var pyramidWidths: [Int]
    /// Channels of the decoder.
    package var fusionWidth: Int
    /// Strided convolutions at the start of the field-of-view head.
    package var fieldOfViewLayerCount: Int
    /// Whether the residual units' convolutions have biases.
    package var hasFusionBias: Bool

    package init(
        patchSide: Int, patchEncoder: VisionTransformerConfiguration, imageEncoder: VisionTransformerConfiguration,
        fieldOfViewEncoder: VisionTransformerConfiguration?, hookBlocks: [Int], latentWidths: [Int],
        pyramidWidths: [Int], fusionWidth: Int, fieldOfViewLayerCount: Int = 2, hasFusionBias: Bool = true
    ) {
        self.patchSide = patchSide
        self.patchEncoder = patchEncoder
        self.imageEncoder = imageEncoder
        self.fieldOfViewEncoder = fieldOfViewEncoder
        self.hookBlocks = hookBlocks
        self.latentWidths = latentWidths
        self.pyramidWidths = pyramidWidths
        self.fusionWidth = fusionWidth
        self.fieldOfViewLayerCount = fieldOfViewLayerCount
        self.hasFusionBias = hasFusionBias
    }

    /// Side of the whole image in pixels, as the network sees it.
    package var imageSide: Int { 4 * patchSide }
    package var tokensPerSide: Int { patchSide / patchEncoder.tokenSide }
    /// The field-of-view head's last kernel covers what its strided convolutions leave of the map.
    package var fieldOfViewKernel: Int { ((tokensPerSide - 1) >> fieldOfViewLayerCount) + 1 }
    /// Channels at layer `i` of the field-of-view head.
    package func fieldOfViewWidth(_ i: Int) -> Int {
        let divisor = 1 << (i + 1)
        return (fusionWidth + divisor - 1) / divisor
    }
}

/// A configuration that cannot be a Depth Pro network.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }

    package var description: String {
        "this is not a Depth Pro configuration that can run: \(reason)"
    }
}

extension DepthProConfiguration {
    /// Checks everything that building the graph relies on.
    ///
    /// - Throws: ``ConfigurationError`` naming the first value that does not fit.
    package func validate() throws(ConfigurationError) {
        let encoders =
            [("patch", patchEncoder), ("image", imageEncoder)]
            + (fieldOfViewEncoder.map { [("field-of-view", $0)] } ?? [])
        for (name, encoder) in encoders { try validate(encoder, name) }
        let widths = latentWidths + pyramidWidths + [fusionWidth]
        guard latentWidths.count == 2, pyramidWidths.count == 3, hookBlocks.count == 2 else {
            throw ConfigurationError("it needs two hooked and three pyramid features")
        }
        guard widths.allSatisfy({ (1...Self.largestWidth).contains($0) }), fusionWidth >= 2 else {
            throw ConfigurationError("feature widths \(widths) are out of range")
        }
        guard hookBlocks.allSatisfy({ (-1..<patchEncoder.blockCount).contains($0) }) else {
            throw ConfigurationError(
                "hooks at blocks \(hookBlocks) of a patch encoder with \(patchEncoder.blockCount) blocks")
        }
        guard (0...4).contains(fieldOfViewLayerCount), (tokensPerSide >> fieldOfViewLayerCount) > 0 else {
            throw ConfigurationError("\(fieldOfViewLayerCount) field-of-view head layers")
        }
    }

    private func validate(_ encoder: VisionTransformerConfiguration, _ name: String) throws(ConfigurationError) {
        guard (1...Self.largestWidth).contains(encoder.width), (1...1024).contains(encoder.blockCount),
            (1...Self.largestWidth).contains(encoder.hiddenWidth)
        else { throw ConfigurationError("the \(name) encoder's width, depth or hidden width is out of range") }
        guard encoder.headCount > 0, encoder.width % encoder.headCount == 0 else {
            throw ConfigurationError(
                "\(encoder.headCount) heads do not divide the \(name) encoder's width \(encoder.width)")
        }
        // Overlaps of 1/4 and 1/2 must be whole tokens on each side: p = tokens * overlap / 2.
        guard encoder.tokenSide > 0, encoder.tokenSide == patchEncoder.tokenSide, patchSide <= 4096,
            patchSide % (8 * encoder.tokenSide) == 0, patchSide > 0
        else {
            throw ConfigurationError(
                "a patch of \(patchSide) pixels is not a multiple of eight tokens of \(encoder.tokenSide) pixels")
        }
    }

    /// Far above any published network; keeps sizes computed from a hostile file from overflowing.
    private static let largestWidth = 65_536
}
