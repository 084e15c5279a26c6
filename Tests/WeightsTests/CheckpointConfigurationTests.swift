import Testing
import Weights

@Suite("config.json")
struct CheckpointConfigurationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ json: String) throws -> CheckpointConfiguration {
        try CheckpointConfiguration(jsonPath: try folder.write(json, as: "config.json"))
    }

    @Test("silence means transformers' defaults")
    func defaults() throws {
        let read = try read(#"{"model_type":"depth_pro","patch_size":448,"fusion_hidden_size":null}"#)
        for encoder in [read.patchEncoder, read.imageEncoder, read.fieldOfViewEncoder] {
            #expect((encoder.hiddenSize, encoder.layerCount, encoder.headCount) == (768, 12, 12))
            #expect((encoder.mlpRatio, encoder.patchSize, encoder.imageSize) == (4, 14, 448))
            #expect(encoder.layerNormEpsilon == 1e-6)
            #expect(encoder.hasQKVBias)
        }
        #expect((read.patchSize, read.imageSize, read.fusionHiddenSize, read.mergePadding) == (448, 1792, 256, 3))
        #expect(read.intermediateHookIndices == [11, 5])
        #expect(read.intermediateFeatureSizes == [256, 256])
        #expect(read.scaledImageRatios == [0.25, 0.5, 1])
        #expect(read.scaledImageOverlapRatios == [0, 0.5, 0.25])
        #expect(read.scaledImageFeatureSizes == [1024, 1024, 512])
        #expect((read.hasFieldOfViewModel, read.fieldOfViewHeadLayerCount) == (false, 2))
        #expect(read.hasFusionResidualBias)
    }

    @Test("every value is taken from the file")
    func values() throws {
        func encoder(_ width: Int) -> String {
            """
            {"model_type":"dinov2","hidden_size":\(width),"num_hidden_layers":24,"num_attention_heads":16,
            "mlp_ratio":2.0,"patch_size":[16,16],"image_size":999,"layer_norm_eps":1e-5,"qkv_bias":false,
            "hidden_act":"gelu","use_swiglu_ffn":false,"num_channels":3}
            """
        }
        let read = try read(
            """
            {"model_type":"depth_pro","patch_size":384,"fusion_hidden_size":64,"intermediate_hook_ids":[20,3,-1],
            "intermediate_feature_dims":[8,16,24],"scaled_images_ratios":[0.5,1],
            "scaled_images_overlap_ratios":[0.0,0.5],"scaled_images_feature_dims":[32,48],"merge_padding_value":6,
            "use_fov_model":true,"num_fov_head_layers":3,"use_bias_in_fusion_residual":false,
            "use_batch_norm_in_fusion_residual":false,"patch_model_config":\(encoder(1024)),
            "image_model_config":\(encoder(512)),"fov_model_config":\(encoder(256))}
            """)
        let encoders = [read.patchEncoder, read.imageEncoder, read.fieldOfViewEncoder]
        #expect(encoders.map(\.hiddenSize) == [1024, 512, 256])
        for encoder in encoders {
            #expect((encoder.layerCount, encoder.headCount, encoder.mlpRatio) == (24, 16, 2))
            #expect((encoder.patchSize, encoder.imageSize) == (16, 384))
            #expect(encoder.layerNormEpsilon == 1e-5)
            #expect(!encoder.hasQKVBias)
        }
        #expect((read.patchSize, read.imageSize, read.fusionHiddenSize, read.mergePadding) == (384, 768, 64, 6))
        #expect(read.intermediateHookIndices == [20, 3, -1])
        #expect(read.intermediateFeatureSizes == [8, 16, 24])
        #expect(read.scaledImageRatios == [0.5, 1])
        #expect(read.scaledImageOverlapRatios == [0, 0.5])
        #expect(read.scaledImageFeatureSizes == [32, 48])
        #expect((read.hasFieldOfViewModel, read.fieldOfViewHeadLayerCount) == (true, 3))
        #expect(!read.hasFusionResidualBias)
    }

    static let refused: [(String, String)] = [
        (#""model_type":"dpt""#, "model_type is 'dpt'"),
        (#""use_batch_norm_in_fusion_residual":true"#, "use_batch_norm_in_fusion_residual"),
        (#""patch_model_config":{"use_swiglu_ffn":true}"#, "patch_model_config.use_swiglu_ffn"),
        (#""image_model_config":{"hidden_act":"relu"}"#, "image_model_config.hidden_act is 'relu'"),
        (#""fov_model_config":{"model_type":"vit"}"#, "fov_model_config.model_type is 'vit'"),
        (#""fov_model_config":3"#, "fov_model_config is not an object"),
        (#""patch_model_config":{"num_attention_heads":7}"#, "does not divide hidden_size"),
        (#""patch_model_config":{"hidden_size":0}"#, "hidden_size"),
        (#""patch_model_config":{"hidden_size":1152921504606846976}"#, "hidden_size"),
        (#""patch_model_config":{"hidden_size":64.5}"#, "hidden_size"),
        (#""patch_model_config":{"patch_size":[16,14]}"#, "patch_size"),
        (#""patch_model_config":{"patch_size":17}"#, "17 does not divide"),
        (#""patch_model_config":{"layer_norm_eps":0}"#, "layer_norm_eps"),
        (#""patch_model_config":{"num_channels":4}"#, "num_channels"),
        (#""use_fov_model":"yes""#, "use_fov_model"),
        (#""intermediate_hook_ids":[12,5]"#, "intermediate_hook_ids"),
        (#""intermediate_hook_ids":[5,-2]"#, "intermediate_hook_ids"),
        (#""intermediate_hook_ids":[]"#, "intermediate_hook_ids"),
        (#""intermediate_hook_ids":[5]"#, "differ in length"),
        (#""scaled_images_ratios":[0.5,1]"#, "differ in length"),
        (#""scaled_images_ratios":[1,0.5,0.25]"#, "ascend"),
        (#""scaled_images_ratios":[0,0.5,1]"#, "ascend"), (#""scaled_images_ratios":[1e-300,0.5,1]"#, "ascend"),
        (#""scaled_images_ratios":[0.25,"a",1]"#, "scaled_images_ratios"),
        (#""scaled_images_overlap_ratios":[0,0.5,1]"#, "scaled_images_overlap_ratios"),
        (#""fusion_hidden_size":3"#, "num_fov_head_layers"),
        (#""merge_padding_value":-1"#, "merge_padding_value"),
    ]

    @Test("what the engine does not have is refused by name", arguments: refused)
    func refusal(member: String, mention: String) throws {
        let type = member.contains(#""model_type":"dpt""#) ? "" : #""model_type":"depth_pro","#
        let error = try #require(throws: CheckpointError.self) { try read("{\(type)\"patch_size\":448,\(member)}") }
        #expect(error.description.contains(mention), "\(error)")
    }

    @Test("a file that is not a JSON object is an error", arguments: ["", "[]", "{", "{\"a\":NaN}", "nul", "{} {}"])
    func notJSON(text: String) throws {
        let error = try #require(throws: CheckpointError.self) { try read(text) }
        #expect(error.kind == .damaged)
    }
}
