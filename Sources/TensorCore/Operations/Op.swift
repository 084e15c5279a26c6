/// One operation of a plan: a value with its parameters and weights.
///
/// Maps are [images, rows, columns, channels] and tokens are [crops, tokens, width], both row-major with the innermost
/// axis contiguous. Each back end switches over the cases without `default`, so that a new operation does not compile
/// until it runs everywhere.
package enum Op: Sendable, Hashable {
    case prepareImage(PrepareImage)
    case downsample(Downsample)
    case embedPatches(EmbedPatches)
    case layerNorm(LayerNorm)
    case linear(Linear)
    case attention(Attention)
    case mergeTokens(MergeTokens)
    case conv2D(Conv2D)
    case upsampleConv(UpsampleConv)
    case subpixelConv(SubpixelConv)
    case concatenate

    /// The operation's name in listings.
    package var name: String {
        switch self {
        case .prepareImage: "prepareImage"
        case .downsample: "downsample"
        case .embedPatches: "embedPatches"
        case .layerNorm: "layerNorm"
        case .linear: "linear"
        case .attention: "attention"
        case .mergeTokens: "mergeTokens"
        case .conv2D: "conv2D"
        case .upsampleConv: "upsampleConv"
        case .subpixelConv: "subpixelConv"
        case .concatenate: "concatenate"
        }
    }

    /// Every constant operand.
    package var weights: [Weight] {
        switch self {
        case .prepareImage, .downsample, .attention, .mergeTokens, .concatenate: []
        case .embedPatches(let op): [op.weight, op.bias, op.classToken, op.position]
        case .layerNorm(let op): [op.weight, op.bias]
        case .linear(let op): [op.weight] + op.epilogue.weights
        case .conv2D(let op): [op.weight] + op.epilogue.weights
        case .upsampleConv(let op): [op.weight] + op.epilogue.weights
        case .subpixelConv(let op): [op.weight] + [op.biasMap].compactMap(\.self) + op.epilogue.weights
        }
    }

    /// What happens to each output element after the sum of products; nil for operations without one.
    package var epilogue: Epilogue? {
        switch self {
        case .linear(let op): op.epilogue
        case .conv2D(let op): op.epilogue
        case .upsampleConv(let op): op.epilogue
        case .subpixelConv(let op): op.epilogue
        case .prepareImage, .downsample, .embedPatches, .layerNorm, .attention, .mergeTokens, .concatenate: nil
        }
    }
}

/// What a product does to each output element before storing it, in this order: bias, activation, layer scale,
/// residuals. Residuals are the operation's inputs after the first, each of the output's shape.
package struct Epilogue: Sendable, Hashable {
    package enum Activation: Sendable, Hashable {
        case none
        case relu
        /// The exact form, x / 2 (1 + erf(x / sqrt 2)).
        case gelu
    }

    /// [channels]
    package var bias: Weight?
    package var activation: Activation
    /// [channels]
    package var layerScale: Weight?
    package var residualCount: Int

    package init(
        bias: Weight? = nil, activation: Activation = .none, layerScale: Weight? = nil, residualCount: Int = 0
    ) {
        self.bias = bias
        self.activation = activation
        self.layerScale = layerScale
        self.residualCount = residualCount
    }

    package var weights: [Weight] { [bias, layerScale].compactMap(\.self) }
}
