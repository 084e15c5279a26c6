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

    /// Whether a checkpoint may hold this tensor although the network does not read it: the first unit of the coarsest
    /// fusion, which has no skip to work on, and a field-of-view network that the configuration leaves out.
    package func isUnusedTensor(_ name: String) -> Bool {
        name.hasPrefix("decoder.fusions.4.resnet1.") || (!hasFieldOfView && name.hasPrefix("fov."))
    }

    /// The output that holds an image's canonical inverse depth, [1, side, side, 1].
    package static func inverseDepthName(image: Int) -> String { "inverse_depth.\(image)" }
    /// The output that holds an image's horizontal field of view in degrees, [1, 1, 1, 1].
    package static func fieldOfViewName(image: Int) -> String { "field_of_view.\(image)" }

    /// Builds the network for `imageCount` photographs, whose crops go through the encoders `microBatch` at a time.
    /// The images meet in the encoders only; each has a decoder of its own, so that memory does not grow with them.
    package func graph(imageCount: Int = 1, microBatch: Int) -> Graph {
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
            let decoded = DepthProDecoder(root["decoder"], configuration)(encoder.upsample(features))
            lowResolution.append(decoded.lowResolution)
            builder.graph.outputs.append((Self.inverseDepthName(image: image), head(decoded.finest)))
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
}
