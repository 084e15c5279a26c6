/// Every tensor name of Depth Pro, Hugging Face's beside Apple's, written out as both publish them.
enum DepthProNames {
    /// How Hugging Face spells the attention of a block.
    enum Spelling: CaseIterable {
        case disk, memory

        var parts: [String] {
            switch self {
            case .disk: ["attention.attention.query", "attention.attention.key", "attention.attention.value"]
            case .memory: ["attention.q_proj", "attention.k_proj", "attention.v_proj"]
            }
        }

        var output: String {
            switch self {
            case .disk: "attention.output.dense"
            case .memory: "attention.o_proj"
            }
        }
    }

    /// Apple's name and the Hugging Face names that make it up, for a model of `layerCount` blocks per encoder.
    static func pairs(layerCount: Int, spelling: Spelling) -> [(apple: String, huggingFace: [String])] {
        let encoders = [
            ("encoder.patch_encoder.", "depth_pro.encoder.patch_encoder.model."),
            ("encoder.image_encoder.", "depth_pro.encoder.image_encoder.model."),
            ("fov.encoder.0.", "fov_model.fov_encoder.model."),
        ]
        var pairs: [(apple: String, huggingFace: [String])] = []
        for (apple, huggingFace) in encoders {
            for (name, stored) in encoder(layerCount: layerCount, spelling: spelling) {
                pairs.append((apple + name, stored.map { huggingFace + $0 }))
            }
        }
        return pairs
            + modules.flatMap { apple, huggingFace, hasBias in
                (hasBias ? [".weight", ".bias"] : [".weight"]).map { (apple + $0, [huggingFace + $0]) }
            }
    }

    private static func encoder(layerCount: Int, spelling: Spelling) -> [(String, [String])] {
        var pairs = [
            ("cls_token", ["embeddings.cls_token"]), ("pos_embed", ["embeddings.position_embeddings"]),
        ]
        for parameter in [".weight", ".bias"] {
            pairs.append(("patch_embed.proj" + parameter, ["embeddings.patch_embeddings.projection" + parameter]))
            pairs.append(("norm" + parameter, ["layernorm" + parameter]))
        }
        for block in 0..<layerCount {
            let (apple, huggingFace) = ("blocks.\(block).", "encoder.layer.\(block).")
            pairs.append((apple + "ls1.gamma", [huggingFace + "layer_scale1.lambda1"]))
            pairs.append((apple + "ls2.gamma", [huggingFace + "layer_scale2.lambda1"]))
            for parameter in [".weight", ".bias"] {
                pairs.append((apple + "attn.qkv" + parameter, spelling.parts.map { huggingFace + $0 + parameter }))
                pairs.append((apple + "attn.proj" + parameter, [huggingFace + spelling.output + parameter]))
                for name in ["norm1", "norm2", "mlp.fc1", "mlp.fc2"] {
                    pairs.append((apple + name + parameter, [huggingFace + name + parameter]))
                }
            }
        }
        return pairs
    }

    /// Apple's module, Hugging Face's, and whether it has a bias.
    private static let modules: [(String, String, Bool)] = {
        var modules: [(String, String, Bool)] = []
        for line in moduleTable.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            modules.append((words[0], words[1], words.count == 3))
        }
        for (apple, huggingFace) in fusions {
            for (layer, residual, convolution) in [(1, 1, 1), (1, 3, 2), (2, 1, 1), (2, 3, 2)] {
                let name = ".residual_layer\(layer).convolution\(convolution)"
                modules.append((apple + ".resnet\(layer).residual.\(residual)", huggingFace + name, true))
            }
            modules.append((apple + ".out_conv", huggingFace + ".projection", true))
        }
        return modules
    }()

    private static let moduleTable = """
        encoder.upsample_latent0.0 depth_pro.neck.feature_upsample.intermediate.1.layers.0
        encoder.upsample_latent0.1 depth_pro.neck.feature_upsample.intermediate.1.layers.1
        encoder.upsample_latent0.2 depth_pro.neck.feature_upsample.intermediate.1.layers.2
        encoder.upsample_latent0.3 depth_pro.neck.feature_upsample.intermediate.1.layers.3
        encoder.upsample_latent1.0 depth_pro.neck.feature_upsample.intermediate.0.layers.0
        encoder.upsample_latent1.1 depth_pro.neck.feature_upsample.intermediate.0.layers.1
        encoder.upsample_latent1.2 depth_pro.neck.feature_upsample.intermediate.0.layers.2
        encoder.upsample0.0 depth_pro.neck.feature_upsample.scaled_images.2.layers.0
        encoder.upsample0.1 depth_pro.neck.feature_upsample.scaled_images.2.layers.1
        encoder.upsample1.0 depth_pro.neck.feature_upsample.scaled_images.1.layers.0
        encoder.upsample1.1 depth_pro.neck.feature_upsample.scaled_images.1.layers.1
        encoder.upsample2.0 depth_pro.neck.feature_upsample.scaled_images.0.layers.0
        encoder.upsample2.1 depth_pro.neck.feature_upsample.scaled_images.0.layers.1
        encoder.upsample_lowres depth_pro.neck.feature_upsample.image_block.layers.0 bias
        encoder.fuse_lowres depth_pro.neck.fuse_image_with_low_res bias
        decoder.convs.1 depth_pro.neck.feature_projection.projections.3
        decoder.convs.2 depth_pro.neck.feature_projection.projections.2
        decoder.convs.3 depth_pro.neck.feature_projection.projections.1
        decoder.convs.4 depth_pro.neck.feature_projection.projections.0
        decoder.fusions.1.deconv fusion_stage.intermediate.3.deconv
        decoder.fusions.2.deconv fusion_stage.intermediate.2.deconv
        decoder.fusions.3.deconv fusion_stage.intermediate.1.deconv
        decoder.fusions.4.deconv fusion_stage.intermediate.0.deconv
        head.0 head.layers.0 bias
        head.1 head.layers.1 bias
        head.2 head.layers.2 bias
        head.4 head.layers.4 bias
        fov.encoder.1 fov_model.fov_encoder.neck bias
        fov.downsample.0 fov_model.conv bias
        fov.head.0 fov_model.head.layers.0 bias
        fov.head.2 fov_model.head.layers.2 bias
        fov.head.4 fov_model.head.layers.4 bias
        """

    private static let fusions = [
        ("decoder.fusions.0", "fusion_stage.final"), ("decoder.fusions.1", "fusion_stage.intermediate.3"),
        ("decoder.fusions.2", "fusion_stage.intermediate.2"), ("decoder.fusions.3", "fusion_stage.intermediate.1"),
        ("decoder.fusions.4", "fusion_stage.intermediate.0"),
    ]
}
