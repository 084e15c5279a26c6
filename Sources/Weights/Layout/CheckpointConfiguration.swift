/// What the `config.json` of a Depth Pro checkpoint says, in plain values. Where the file is silent, the defaults of
/// transformers' configuration classes hold.
package struct CheckpointConfiguration: Sendable, Equatable {
    /// One of the vision transformers (DINOv2, exact GELU, no gated feed-forward).
    package struct Encoder: Sendable, Equatable {
        package var hiddenSize: Int
        package var layerCount: Int
        package var headCount: Int
        /// Width of the feed-forward layer over the width of the model.
        package var mlpRatio: Int
        /// Side of a token in pixels.
        package var patchSize: Int
        /// Side of a crop in pixels, always that of the pyramid's patches.
        package var imageSize: Int
        package var layerNormEpsilon: Double
        package var hasQKVBias: Bool
    }

    package var patchEncoder: Encoder
    package var imageEncoder: Encoder
    package var fieldOfViewEncoder: Encoder

    /// Side of a patch of the pyramid in pixels.
    package var patchSize: Int
    package var fusionHiddenSize: Int
    /// Blocks of the patch encoder whose output feeds the decoder, low resolution first, counted from 0.
    package var intermediateHookIndices: [Int]
    package var intermediateFeatureSizes: [Int]
    /// Scales of the pyramid, ascending.
    package var scaledImageRatios: [Double]
    package var scaledImageOverlapRatios: [Double]
    package var scaledImageFeatureSizes: [Int]
    /// Token rows that merging drops beside a neighbour, at full scale.
    package var mergePadding: Int
    package var hasFieldOfViewModel: Bool
    package var fieldOfViewHeadLayerCount: Int
    package var hasFusionResidualBias: Bool

    /// Side of the square image that the network sees, in pixels.
    package var imageSize: Int { Int((Double(patchSize) / (scaledImageRatios.first ?? 1)).rounded()) }
}
