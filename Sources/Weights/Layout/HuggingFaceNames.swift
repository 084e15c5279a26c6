/// Where a tensor of Hugging Face's Depth Pro belongs in the canonical naming, which is Apple's.
///
/// Hugging Face counts feature levels from low resolution to high, Apple from high to low; so indices turn around, and
/// the turn depends on how many levels there are.
struct HuggingFaceNames {
    /// What a Hugging Face name stands for.
    enum Place: Equatable {
        /// A tensor of its own.
        case whole(String)
        /// Query (0), key (1) or value (2) of a tensor that holds all three along its first axis.
        case part(String, index: Int)
        /// A tensor that inference never uses.
        case unused
        /// Not a tensor of Depth Pro.
        case unknown
    }

    /// How many hidden states of the patch encoder feed the decoder, 2 as published.
    let intermediateCount: Int
    /// How many scales the pyramid has, 3 as published.
    let scaledImageCount: Int

    static let encoders = [
        "depth_pro.encoder.patch_encoder.model.": "encoder.patch_encoder.",
        "depth_pro.encoder.image_encoder.model.": "encoder.image_encoder.",
        "fov_model.fov_encoder.model.": "fov.encoder.0.",
    ]

    /// Prefixes whose remainder keeps its name.
    static let renamed = [
        "depth_pro.neck.feature_upsample.image_block.layers.0.": "encoder.upsample_lowres.",
        "depth_pro.neck.fuse_image_with_low_res.": "encoder.fuse_lowres.",
        "head.layers.": "head.",
        "fov_model.fov_encoder.neck.": "fov.encoder.1.",
        "fov_model.conv.": "fov.downsample.0.",
        "fov_model.head.layers.": "fov.head.",
    ]

    func place(of name: String) -> Place {
        for (prefix, canonical) in Self.encoders {
            if let rest = name.removing(prefix) { return Self.encoderPlace(of: rest).prefixed(by: canonical) }
        }
        for (prefix, canonical) in Self.renamed {
            if let rest = name.removing(prefix) { return .whole(canonical + rest) }
        }
        return level(of: name).map { .whole($0) } ?? .unknown
    }

    /// The names whose feature level is counted the other way around.
    private func level(of name: String) -> String? {
        let levels = intermediateCount + scaledImageCount
        if let rest = name.removing("depth_pro.neck.feature_upsample.intermediate.") {
            guard let (index, tail) = rest.indexed(below: intermediateCount) else { return nil }
            return tail.removing("layers.").map { "encoder.upsample_latent\(intermediateCount - 1 - index)." + $0 }
        }
        if let rest = name.removing("depth_pro.neck.feature_upsample.scaled_images.") {
            guard let (index, tail) = rest.indexed(below: scaledImageCount) else { return nil }
            return tail.removing("layers.").map { "encoder.upsample\(scaledImageCount - 1 - index)." + $0 }
        }
        if let rest = name.removing("depth_pro.neck.feature_projection.projections.") {
            return rest.indexed(below: levels).map { "decoder.convs.\(levels - 1 - $0.index)." + $0.tail }
        }
        if let rest = name.removing("fusion_stage.intermediate.") {
            guard let (index, tail) = rest.indexed(below: levels - 1) else { return nil }
            return Self.fusionName(tail).map { "decoder.fusions.\(levels - 1 - index)." + $0 }
        }
        return name.removing("fusion_stage.final.").flatMap(Self.fusionName).map { "decoder.fusions.0." + $0 }
    }

    /// Within a fusion block: `residual_layer2.convolution1.weight` is `resnet2.residual.1.weight`.
    private static func fusionName(_ name: String) -> String? {
        if let rest = name.removing("projection.") { return "out_conv." + rest }
        if name.hasPrefix("deconv.") { return name }
        for (layer, convolution) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
            if let rest = name.removing("residual_layer\(layer).convolution\(convolution).") {
                return "resnet\(layer).residual.\(2 * convolution - 1)." + rest
            }
        }
        return nil
    }

    /// Within a vision transformer.
    private static func encoderPlace(of name: String) -> Place {
        switch name {
        case "embeddings.cls_token": return .whole("cls_token")
        case "embeddings.position_embeddings": return .whole("pos_embed")
        case "embeddings.mask_token": return .unused
        default: break
        }
        if let rest = name.removing("embeddings.patch_embeddings.projection.") {
            return .whole("patch_embed.proj." + rest)
        }
        if let rest = name.removing("layernorm.") { return .whole("norm." + rest) }
        guard let (index, tail) = name.removing("encoder.layer.")?.indexed(below: .max) else { return .unknown }
        return blockPlace(of: tail).prefixed(by: "blocks.\(index).")
    }

    /// Within a block; attention is spelt in two ways, one on disk and one in memory.
    private static func blockPlace(of name: String) -> Place {
        let spellings = [
            ["attention.attention.query.", "attention.attention.key.", "attention.attention.value."],
            ["attention.q_proj.", "attention.k_proj.", "attention.v_proj."],
        ]
        for spelling in spellings {
            for (index, prefix) in spelling.enumerated() {
                if let rest = name.removing(prefix) { return .part("attn.qkv." + rest, index: index) }
            }
        }
        for prefix in ["attention.output.dense.", "attention.o_proj."] {
            if let rest = name.removing(prefix) { return .whole("attn.proj." + rest) }
        }
        switch name {
        case "layer_scale1.lambda1": return .whole("ls1.gamma")
        case "layer_scale2.lambda1": return .whole("ls2.gamma")
        default: break
        }
        let unchanged = ["norm1.", "norm2.", "mlp.fc1.", "mlp.fc2."].contains { name.hasPrefix($0) }
        return unchanged ? .whole(name) : .unknown
    }
}

extension HuggingFaceNames.Place {
    fileprivate func prefixed(by prefix: String) -> HuggingFaceNames.Place {
        switch self {
        case .whole(let name): .whole(prefix + name)
        case .part(let name, let index): .part(prefix + name, index: index)
        case .unused, .unknown: self
        }
    }
}

extension String {
    /// What follows `prefix`, or nil when the string does not start with it.
    func removing(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }

    /// Splits `3.weight` into 3 and `weight`; the number must be written plainly and lie below `limit`.
    func indexed(below limit: Int) -> (index: Int, tail: String)? {
        guard let point = firstIndex(of: ".") else { return nil }
        let digits = String(self[..<point])
        guard let index = Int(digits), String(index) == digits, index >= 0, index < limit else { return nil }
        return (index, String(self[self.index(after: point)...]))
    }
}
