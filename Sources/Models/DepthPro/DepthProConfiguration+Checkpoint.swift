import TensorCore
package import Weights

extension DepthPro {
    /// The network that a checkpoint holds, as its configuration says, or its tensors' shapes where it has none.
    ///
    /// - Throws: ``ConfigurationError`` when no such network can be built.
    package init(_ checkpoint: Checkpoint) throws(ConfigurationError) {
        if let configuration = checkpoint.configuration {
            try self.init(DepthProConfiguration(configuration))
        } else {
            try self.init(DepthProConfiguration(tensors: checkpoint.weights.tensors))
        }
    }
}

extension DepthProConfiguration {
    /// Takes the sizes from a Hugging Face configuration, which lists features from the coarsest to the finest, and
    /// refuses what the published geometry does not cover.
    ///
    /// - Throws: ``ConfigurationError`` naming the field.
    package init(_ checkpoint: CheckpointConfiguration) throws(ConfigurationError) {
        guard checkpoint.scaledImageRatios == [0.25, 0.5, 1], checkpoint.scaledImageOverlapRatios == [0, 0.5, 0.25]
        else {
            throw ConfigurationError(
                "scaled_images_ratios \(checkpoint.scaledImageRatios) with scaled_images_overlap_ratios"
                    + " \(checkpoint.scaledImageOverlapRatios); only [0.25, 0.5, 1] with [0, 0.5, 0.25] is supported")
        }
        try self.init(
            patchSide: checkpoint.patchSize,
            patchEncoder: VisionTransformerConfiguration(checkpoint.patchEncoder, "patch_model_config"),
            imageEncoder: VisionTransformerConfiguration(checkpoint.imageEncoder, "image_model_config"),
            fieldOfViewEncoder: checkpoint.hasFieldOfViewModel
                ? VisionTransformerConfiguration(checkpoint.fieldOfViewEncoder, "fov_model_config") : nil,
            hookBlocks: checkpoint.intermediateHookIndices.reversed(),
            latentWidths: checkpoint.intermediateFeatureSizes.reversed(),
            pyramidWidths: checkpoint.scaledImageFeatureSizes.reversed(),
            fusionWidth: checkpoint.fusionHiddenSize,
            fieldOfViewLayerCount: checkpoint.fieldOfViewHeadLayerCount,
            hasFusionBias: checkpoint.hasFusionResidualBias)
        try checkPadding(checkpoint.mergePadding)
    }

    /// transformers gives the padding at full scale, and halves the scale with each level up to a quarter of a patch;
    /// the maps only fit together when that is half of each overlap.
    private func checkPadding(_ padding: Int) throws(ConfigurationError) {
        let expected = tokensPerSide / 8
        guard padding == expected else {
            throw ConfigurationError(
                "merge_padding_value \(padding); patches of \(tokensPerSide) x \(tokensPerSide) tokens overlap by"
                    + " \(expected) on each side")
        }
    }
}

extension VisionTransformerConfiguration {
    fileprivate init(_ encoder: CheckpointConfiguration.Encoder, _ name: String) throws(ConfigurationError) {
        guard encoder.hasQKVBias else { throw ConfigurationError("\(name).qkv_bias false is not supported") }
        self.init(
            width: encoder.hiddenSize, blockCount: encoder.layerCount, headCount: encoder.headCount,
            hiddenWidth: encoder.hiddenSize * encoder.mlpRatio, tokenSide: encoder.patchSize,
            layerNormEpsilon: Float(encoder.layerNormEpsilon))
    }
}
