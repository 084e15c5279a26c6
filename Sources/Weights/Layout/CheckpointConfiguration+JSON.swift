import Foundation

extension CheckpointConfiguration {
    /// Reads a `config.json`.
    ///
    /// - Throws: when a value is out of range or asks for something that the engine does not have.
    package init(jsonPath path: String) throws(CheckpointError) {
        let members = try JSONValue.objectFile(URL(fileURLWithPath: path))
        do throws(FormatFault) {
            try self.init(ConfigurationFields(members))
        } catch {
            throw error.at(path)
        }
    }

    private init(_ fields: ConfigurationFields) throws(FormatFault) {
        try fields.require("model_type", "depth_pro", default: "missing")
        try fields.require("use_batch_norm_in_fusion_residual", false)
        patchSize = try fields.side("patch_size", default: 384)
        patchEncoder = try Encoder(fields.nested("patch_model_config"), imageSize: patchSize)
        imageEncoder = try Encoder(fields.nested("image_model_config"), imageSize: patchSize)
        fieldOfViewEncoder = try Encoder(fields.nested("fov_model_config"), imageSize: patchSize)
        fusionHiddenSize = try fields.count("fusion_hidden_size", default: 256)
        intermediateHookIndices = try fields.integers(
            "intermediate_hook_ids", in: -1...patchEncoder.layerCount - 1, default: [11, 5])
        intermediateFeatureSizes = try fields.integers("intermediate_feature_dims", default: [256, 256])
        scaledImageRatios = try fields.numbers("scaled_images_ratios", default: [0.25, 0.5, 1])
        scaledImageOverlapRatios = try fields.numbers("scaled_images_overlap_ratios", default: [0, 0.5, 0.25])
        scaledImageFeatureSizes = try fields.integers("scaled_images_feature_dims", default: [1024, 1024, 512])
        mergePadding = try fields.integer("merge_padding_value", in: 0...patchSize, default: 3)
        hasFieldOfViewModel = try fields.bool("use_fov_model", default: false)
        fieldOfViewHeadLayerCount = try fields.integer("num_fov_head_layers", in: 1...16, default: 2)
        hasFusionResidualBias = try fields.bool("use_bias_in_fusion_residual", default: true)
        try checkConsistency()
    }

    private func checkConsistency() throws(FormatFault) {
        guard intermediateHookIndices.count == intermediateFeatureSizes.count else {
            throw .damaged("intermediate_hook_ids and intermediate_feature_dims differ in length")
        }
        guard scaledImageRatios.count == scaledImageOverlapRatios.count,
            scaledImageRatios.count == scaledImageFeatureSizes.count
        else { throw .damaged("the three lists scaled_images_... differ in length") }
        guard scaledImageRatios == scaledImageRatios.sorted(), scaledImageRatios.allSatisfy({ $0 >= 0.01 && $0 <= 1 })
        else {
            throw .damaged("scaled_images_ratios \(scaledImageRatios) must ascend, from 0.01 at least to 1 at most")
        }
        guard scaledImageOverlapRatios.allSatisfy({ $0 >= 0 && $0 < 1 }) else {
            throw .damaged("scaled_images_overlap_ratios \(scaledImageOverlapRatios) must lie in 0..<1")
        }
        guard fusionHiddenSize >> fieldOfViewHeadLayerCount > 0 else {
            throw .damaged("num_fov_head_layers \(fieldOfViewHeadLayerCount) halves fusion_hidden_size to nothing")
        }
    }
}

extension CheckpointConfiguration.Encoder {
    /// Transformers sets the encoders' crop side to the pyramid's patch side, whatever they say; so does this.
    fileprivate init(_ fields: ConfigurationFields, imageSize: Int) throws(FormatFault) {
        try fields.require("model_type", "dinov2", default: "dinov2")
        try fields.require("hidden_act", "gelu", default: "gelu")
        try fields.require("use_swiglu_ffn", false)
        hiddenSize = try fields.count("hidden_size", default: 768)
        layerCount = try fields.integer("num_hidden_layers", in: 1...1024, default: 12)
        headCount = try fields.count("num_attention_heads", default: 12)
        mlpRatio = try fields.integer("mlp_ratio", in: 1...64, default: 4)
        patchSize = try fields.side("patch_size", default: 14)
        self.imageSize = imageSize
        layerNormEpsilon = try fields.number("layer_norm_eps", default: 1e-6)
        hasQKVBias = try fields.bool("qkv_bias", default: true)
        guard hiddenSize.isMultiple(of: headCount) else {
            throw fields.fault("num_attention_heads", "\(headCount) does not divide hidden_size \(hiddenSize)")
        }
        guard imageSize.isMultiple(of: patchSize) else {
            throw fields.fault("patch_size", "\(patchSize) does not divide the side of a patch, \(imageSize)")
        }
        guard layerNormEpsilon > 0, layerNormEpsilon < 1 else {
            throw fields.fault("layer_norm_eps", "must lie between 0 and 1")
        }
        let channels = try fields.count("num_channels", default: 3)
        guard channels == 3 else { throw fields.fault("num_channels", "is \(channels), photographs have 3") }
    }
}
