package import TensorCore

/// The Depth Pro network (Bochkovskii et al., "Depth Pro: Sharp Monocular Metric Depth in Less Than a Second", arXiv
/// 2410.02073; code: apple/ml-depth-pro), with weights under the names of Apple's checkpoint.
package struct DepthPro: Sendable {
    package let configuration: DepthProConfiguration

    /// - Throws: ``ConfigurationError`` when no such network can be built.
    package init(_ configuration: DepthProConfiguration) throws(ConfigurationError) {
        try configuration.validate()
        self.configuration = configuration
    }

    package var hasFieldOfView: Bool { configuration.fieldOfViewEncoder != nil }

    /// The output that holds an image's canonical inverse depth, [1, side, side, 1].
    package static func inverseDepthName(image: Int) -> String { "inverse_depth.\(image)" }
    /// The output that holds an image's horizontal field of view in degrees, [1, 1, 1, 1].
    package static func fieldOfViewName(image: Int) -> String { "field_of_view.\(image)" }

    /// Builds the network for `imageCount` photographs, whose crops go through the encoders `microBatch` at a time.
    /// The images meet in the encoders only; each has a decoder of its own, so that memory does not grow with them.
    /// With `tracesStages` the intermediate tensors that parity tests compare become outputs of the graph too.
    package func graph(imageCount: Int = 1, microBatch: Int, tracesStages: Bool = false) -> Graph {
        precondition(imageCount > 0 && microBatch > 0, "a plan needs at least one image and one crop")
        let builder = GraphBuilder()
        let root = ModelScope(builder)
        let pyramids = (0..<imageCount).map { _ in
            ImagePyramid(root["pyramid"], photograph: builder.graph.input(.photograph), side: configuration.imageSide)
        }

        builder.stage = .encoders
        let encoder = DepthProEncoder(root["encoder"], configuration)
        let encoded = encoder.encode(pyramids, microBatch: microBatch)

        builder.stage = .decoder
        let head = DepthHead(root["head"], fusionWidth: configuration.fusionWidth)
        var lowResolution: [Value] = []
        for (image, features) in encoded.enumerated() {
            let upsampled = encoder.upsample(features)
            let decoded = DepthProDecoder(root["decoder"], configuration)(upsampled)
            lowResolution.append(decoded.lowResolution)
            builder.graph.outputs.append((Self.inverseDepthName(image: image), head(decoded.finest)))
            if tracesStages { trace(image, features, upsampled, decoded, builder) }
        }

        if let fieldOfViewEncoder = configuration.fieldOfViewEncoder {
            builder.stage = .fieldOfView
            let network = FieldOfViewNetwork(root["fov"], configuration, encoder: fieldOfViewEncoder)
            let degrees = network(pyramids, lowResolution: lowResolution, microBatch: microBatch)
            for (image, value) in degrees.enumerated() {
                builder.graph.outputs.append((Self.fieldOfViewName(image: image), value))
            }
        }
        return builder.graph
    }

    private func trace(
        _ image: Int, _ encoded: EncodedImage, _ upsampled: [Value], _ decoded: DepthProDecoder.Output,
        _ builder: GraphBuilder
    ) {
        var traced: [(String, Value)] = []
        traced += encoded.latents.enumerated().map { ("latent\($0)", $1) }
        traced += encoded.pyramid.enumerated().map { ("merged\($0)", $1) }
        traced += upsampled.enumerated().map { ("feature\($0)", $1) }
        traced += decoded.fusions.enumerated().map { ("fusion\($0)", $1) }
        traced += [("image_tokens", encoded.image), ("low_resolution", decoded.lowResolution)]
        builder.graph.outputs += traced.map { ("\($0.0).\(image)", $0.1) }
    }
}
