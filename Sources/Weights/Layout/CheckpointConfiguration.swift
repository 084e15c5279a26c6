/// What the `config.json` of a Depth Pro checkpoint says, in plain values. Where the file is silent, the defaults of
/// transformers' configuration classes hold.
package struct CheckpointConfiguration: Sendable, Equatable {
    /// One of the vision transformers (DINOv2, exact GELU, no gated feed-forward).
    package struct Encoder: Sendable, Equatable {
        package let hiddenSize: Int
        package let layerCount: Int
        package let headCount: Int
        /// Width of the feed-forward layer over the width of the model.
        package let mlpRatio: Int
        /// Side of a token in pixels.
        package let patchSize: Int
        /// Side of a crop in pixels, always that of the pyramid's patches.
        package let imageSize: Int
        package let layerNormEpsilon: Double
        package let hasQKVBias: Bool
    }

    package let patchEncoder: Encoder
    package let imageEncoder: Encoder
    package let fieldOfViewEncoder: Encoder

    /// Side of a patch of the pyramid in pixels.
    package let patchSize: Int
    package let fusionHiddenSize: Int
    /// Blocks of the patch encoder whose output feeds the decoder, low resolution first, counted from 0; -1 stands for
    /// the embedded picture before the first, as in transformers.
    package let intermediateHookIndices: [Int]
    package let intermediateFeatureSizes: [Int]
    /// Scales of the pyramid, ascending.
    package let scaledImageRatios: [Double]
    package let scaledImageOverlapRatios: [Double]
    package let scaledImageFeatureSizes: [Int]
    /// Token rows that merging drops beside a neighbour, at full scale.
    package let mergePadding: Int
    package let hasFieldOfViewModel: Bool
    package let fieldOfViewHeadLayerCount: Int
    package let hasFusionResidualBias: Bool

    /// Side of the square image that the network sees, in pixels.
    package var imageSize: Int { Int((Double(patchSize) / (scaledImageRatios.first ?? 1)).rounded()) }
}
