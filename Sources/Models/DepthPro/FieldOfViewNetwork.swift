package import TensorCore

/// Estimates the horizontal field of view in degrees, [1, 1, 1, 1] for each image; mirrors Depth Pro's `FOVNetwork`.
package struct FieldOfViewNetwork {
    let scope: ModelScope
    let configuration: DepthProConfiguration
    let encoder: VisionTransformerConfiguration

    package init(
        _ scope: ModelScope, _ configuration: DepthProConfiguration, encoder: VisionTransformerConfiguration
    ) {
        self.scope = scope
        self.configuration = configuration
        self.encoder = encoder
    }

    /// Reads each image at patch size, and of its decoder `lowResolution`, the projection of the coarsest feature.
    package func callAsFunction(
        _ pyramids: [ImagePyramid], lowResolution: [Value], microBatch: Int
    ) -> [Value] {
        let transformer = VisionTransformer(scope["encoder"][0], encoder)
        let tokens = transformer(pyramids.map(\.wholeImage), side: configuration.patchSide, microBatch: microBatch)
        let width = configuration.fieldOfViewWidth(0)
        let reduced = CropTokens(
            pieces: tokens.final.pieces.map { scope["encoder"].linear("1", $0, outputs: width) },
            microBatch: microBatch)
        return lowResolution.enumerated().map { image, features in
            let map = scope["encoder"].mergeTokens(
                reduced, crops: image..<(image + 1), tokensPerSide: configuration.tokensPerSide, padding: 0)
            let fused = scope["downsample"].conv2D(
                "0", features, outputs: width, stride: 2, hasBias: true, activation: .relu, residuals: [map])
            return head(scope["head"], fused)
        }
    }

    /// Strided convolutions, then one whose kernel covers the map; no activation after the last.
    private func head(_ m: ModelScope, _ x: Value) -> Value {
        let layerCount = configuration.fieldOfViewLayerCount
        let reduced = (0..<layerCount).reduce(x) { x, layer in
            m.conv2D(
                String(2 * layer), x, outputs: configuration.fieldOfViewWidth(layer + 1), stride: 2, hasBias: true,
                activation: .relu)
        }
        return m.conv2D(
            String(2 * layerCount), reduced, outputs: 1, kernel: configuration.fieldOfViewKernel, padding: 0,
            hasBias: true)
    }
}
