extension DepthProConfiguration {
    /// The network that Apple published: three ViT-L of 24 blocks, 1536 x 1536 pixels inside. (config.json of
    /// apple/DepthPro-hf)
    package static let published: DepthProConfiguration = {
        let large = VisionTransformerConfiguration(width: 1024, blockCount: 24, headCount: 16, hiddenWidth: 4096)
        return DepthProConfiguration(
            patchSide: 384, patchEncoder: large, imageEncoder: large, fieldOfViewEncoder: large, hookBlocks: [5, 11],
            latentWidths: [256, 256], pyramidWidths: [512, 1024, 1024], fusionWidth: 256)
    }()
}
