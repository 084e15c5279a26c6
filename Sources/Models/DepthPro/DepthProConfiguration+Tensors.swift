package import TensorCore

extension DepthProConfiguration {
    /// Reads the sizes off the shapes of a checkpoint in Apple's naming, which comes without a configuration. Heads are
    /// 64 wide and the hooks sit on blocks 5 and 11, as in every network that Apple published.
    ///
    /// - Throws: ``ConfigurationError`` when a tensor that tells a size is missing or of the wrong rank.
    package init(tensors: [String: TensorDescription]) throws(ConfigurationError) {
        let shapes = CheckpointShapes(tensors: tensors)
        let patch = try shapes.encoder("encoder.patch_encoder")
        let tokens = try shapes.dimension("encoder.patch_encoder.pos_embed", 1, rank: 3) - 1
        let tokensPerSide = Int(Double(max(tokens, 0)).squareRoot())
        guard tokensPerSide * tokensPerSide == tokens else {
            throw ConfigurationError("the patch encoder's position embedding of \(tokens) cells is not a square")
        }
        let fieldOfViewLayers = (0...16).prefix { tensors["fov.head.\(2 * $0).weight"] != nil }.count - 1
        let hasFieldOfView = tensors.keys.contains { $0.hasPrefix("fov.") }
        self.init(
            patchSide: tokensPerSide * patch.tokenSide, patchEncoder: patch,
            imageEncoder: try shapes.encoder("encoder.image_encoder"),
            fieldOfViewEncoder: hasFieldOfView ? try shapes.encoder("fov.encoder.0") : nil,
            hookBlocks: [5, 11],
            latentWidths: [
                try shapes.dimension("encoder.upsample_latent0.1.weight", 1),
                try shapes.dimension("encoder.upsample_latent1.1.weight", 1),
            ],
            pyramidWidths: [
                try shapes.dimension("encoder.upsample0.1.weight", 1),
                try shapes.dimension("encoder.upsample1.1.weight", 1),
                try shapes.dimension("encoder.upsample2.1.weight", 1),
            ],
            fusionWidth: try shapes.dimension("head.0.weight", 1),
            fieldOfViewLayerCount: max(fieldOfViewLayers, 0),
            hasFusionBias: tensors["decoder.fusions.0.resnet1.residual.1.bias"] != nil)
    }
}

/// Looks sizes up in the shapes of a checkpoint.
private struct CheckpointShapes {
    let tensors: [String: TensorDescription]

    func dimension(_ name: String, _ axis: Int, rank: Int = 4) throws(ConfigurationError) -> Int {
        guard let shape = tensors[name]?.shape else {
            throw ConfigurationError("the checkpoint has no tensor '\(name)'")
        }
        guard shape.rank == rank else { throw ConfigurationError("tensor '\(name)' has shape \(shape)") }
        return shape[axis]
    }

    func encoder(_ prefix: String) throws(ConfigurationError) -> VisionTransformerConfiguration {
        let width = try dimension("\(prefix).cls_token", 2, rank: 3)
        let blockCount = (0..<tensors.count).prefix { tensors["\(prefix).blocks.\($0).norm1.weight"] != nil }.count
        guard width % 64 == 0, width > 0 else {
            throw ConfigurationError("the width \(width) of '\(prefix)' is not a multiple of the head width 64")
        }
        return VisionTransformerConfiguration(
            width: width, blockCount: blockCount, headCount: width / 64,
            hiddenWidth: try dimension("\(prefix).blocks.0.mlp.fc1.weight", 0, rank: 2),
            tokenSide: try dimension("\(prefix).patch_embed.proj.weight", 2))
    }
}
