extension HuggingFaceNames {
    /// What Hugging Face calls a canonical tensor: one name, or those of query, key and value; the canonical name itself
    /// where there is none. The inverse of `place(of:)`.
    func names(of canonical: String) -> [String] {
        for (prefix, start) in Self.encoders {
            if let rest = canonical.removing(start) { return Self.encoderNames(of: rest).map { prefix + $0 } }
        }
        for (prefix, start) in Self.renamed {
            if let rest = canonical.removing(start) { return [prefix + rest] }
        }
        return [levelName(of: canonical) ?? canonical]
    }

    private func levelName(of name: String) -> String? {
        let levels = intermediateCount + scaledImageCount
        if let (index, rest) = name.removing("encoder.upsample_latent")?.indexed(below: intermediateCount) {
            return "depth_pro.neck.feature_upsample.intermediate.\(intermediateCount - 1 - index).layers." + rest
        }
        if let (index, rest) = name.removing("encoder.upsample")?.indexed(below: scaledImageCount) {
            return "depth_pro.neck.feature_upsample.scaled_images.\(scaledImageCount - 1 - index).layers." + rest
        }
        if let (index, rest) = name.removing("decoder.convs.")?.indexed(below: levels) {
            return "depth_pro.neck.feature_projection.projections.\(levels - 1 - index)." + rest
        }
        guard let (index, rest) = name.removing("decoder.fusions.")?.indexed(below: levels) else { return nil }
        let block = index == 0 ? "fusion_stage.final." : "fusion_stage.intermediate.\(levels - 1 - index)."
        return block + Self.fusionNameInFile(rest)
    }

    private static func fusionNameInFile(_ name: String) -> String {
        if let rest = name.removing("out_conv.") { return "projection." + rest }
        for (layer, convolution) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
            if let rest = name.removing("resnet\(layer).residual.\(2 * convolution - 1).") {
                return "residual_layer\(layer).convolution\(convolution)." + rest
            }
        }
        return name
    }

    private static func encoderNames(of name: String) -> [String] {
        switch name {
        case "cls_token": return ["embeddings.cls_token"]
        case "pos_embed": return ["embeddings.position_embeddings"]
        default: break
        }
        if let rest = name.removing("patch_embed.proj.") { return ["embeddings.patch_embeddings.projection." + rest] }
        if let rest = name.removing("norm.") { return ["layernorm." + rest] }
        guard let (index, rest) = name.removing("blocks.")?.indexed(below: .max) else { return [name] }
        return blockNames(of: rest).map { "encoder.layer.\(index)." + $0 }
    }

    private static func blockNames(of name: String) -> [String] {
        if let rest = name.removing("attn.qkv.") {
            return ["query", "key", "value"].map { "attention.attention.\($0)." + rest }
        }
        if let rest = name.removing("attn.proj.") { return ["attention.output.dense." + rest] }
        switch name {
        case "ls1.gamma": return ["layer_scale1.lambda1"]
        case "ls2.gamma": return ["layer_scale2.lambda1"]
        default: return [name]
        }
    }
}
