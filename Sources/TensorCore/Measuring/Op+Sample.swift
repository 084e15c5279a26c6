extension Op {
    /// The operation with tensors of their own in place of weights that are computed from others, all of whose names
    /// begin with `prefix`.
    package func withPlainWeights(prefix: String = "") -> Op {
        let plain = { (name: String, weight: Weight) in Weight.tensor(prefix + name, weight.shape) }
        let epilogue = { (old: Epilogue) in
            Epilogue(
                bias: old.bias.map { plain("bias", $0) }, activation: old.activation,
                layerScale: old.layerScale.map { plain("scale", $0) }, residualCount: old.residualCount)
        }
        switch self {
        case .linear(let op):
            return .linear(Linear(weight: plain("weight", op.weight), epilogue: epilogue(op.epilogue)))
        case .conv2D(let op):
            return .conv2D(
                Conv2D(
                    weight: plain("weight", op.weight), stride: op.stride, padding: op.padding,
                    rectifiesInput: op.rectifiesInput, epilogue: epilogue(op.epilogue)))
        case .upsampleConv(let op):
            return .upsampleConv(UpsampleConv(weight: plain("weight", op.weight), epilogue: epilogue(op.epilogue)))
        case .subpixelConv(let op):
            return .subpixelConv(
                SubpixelConv(
                    weight: plain("weight", op.weight), biasMap: op.biasMap.map { plain("map", $0) },
                    epilogue: epilogue(op.epilogue)))
        case .embedPatches(let op):
            return .embedPatches(
                EmbedPatches(
                    crops: op.crops, side: op.side, tokenSide: op.tokenSide, weight: plain("weight", op.weight),
                    bias: plain("bias", op.bias), classToken: plain("class", op.classToken),
                    position: plain("position", op.position)))
        case .layerNorm(let op):
            return .layerNorm(
                LayerNorm(weight: plain("weight", op.weight), bias: plain("bias", op.bias), epsilon: op.epsilon))
        case .attention, .prepareImage, .downsample, .mergeTokens, .concatenate: return self
        }
    }

    /// The same operation on a share of its rows or crops, 0 ... 1, and the shapes of its inputs then.
    package func sample(_ share: Double, of inputs: [Shape]) -> (op: Op, inputs: [Shape]) {
        let part = { (count: Int, least: Int) in min(count, max(least, Int(share * Double(count)))) }
        var op = self
        var x = inputs[0]
        switch self {
        case .linear: x = [1, part(x.rows, 1), x.channels]
        case .attention: x = [part(x[0], 1), x[1], x[2]]
        case .conv2D(let conv): x = [1, part(x[1], conv.weight.shape[1]), x[2], x[3]]
        case .upsampleConv, .subpixelConv: x = [1, part(x[1], 1), x[2], x[3]]
        case .embedPatches(let embed):
            op = .embedPatches(
                EmbedPatches(
                    crops: Array(embed.crops.prefix(part(embed.crops.count, 1))), side: embed.side,
                    tokenSide: embed.tokenSide, weight: embed.weight, bias: embed.bias, classToken: embed.classToken,
                    position: embed.position))
            return (op, inputs)
        case .prepareImage, .downsample, .layerNorm, .mergeTokens, .concatenate: return (op, inputs)
        }
        let residuals = epilogue?.residualCount ?? 0
        guard residuals > 0 else { return (op, [x]) }
        return (op, [x] + [Shape](repeating: withoutResiduals.outputShape([x]), count: residuals))
    }

    /// For the output's shape, which residuals must have.
    private var withoutResiduals: Op {
        let bare = Epilogue()
        switch self {
        case .linear(let op): return .linear(Linear(weight: op.weight, epilogue: bare))
        case .conv2D(let op):
            return .conv2D(
                Conv2D(weight: op.weight, stride: op.stride, padding: op.padding, epilogue: bare))
        case .upsampleConv(let op): return .upsampleConv(UpsampleConv(weight: op.weight, epilogue: bare))
        case .subpixelConv(let op):
            return .subpixelConv(SubpixelConv(weight: op.weight, biasMap: nil, epilogue: bare))
        case .embedPatches, .attention, .prepareImage, .downsample, .layerNorm, .mergeTokens, .concatenate:
            return self
        }
    }
}
