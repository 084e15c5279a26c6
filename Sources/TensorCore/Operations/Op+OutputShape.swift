extension Op {
    /// The output's shape for inputs of the given shapes.
    ///
    /// Models check their configuration before they build a graph, so a mismatch here is a programmer's error.
    package func outputShape(_ inputs: [Shape]) -> Shape {
        precondition(!inputs.isEmpty, "\(name) without inputs")
        let x = inputs[0]
        let output: Shape
        switch self {
        case .prepareImage(let op):
            precondition(x.rank == 3 && x.channels == 3, "prepareImage of \(x)")
            output = [1, op.side, op.side, 3]
        case .downsample(let op):
            precondition(op.factor % 2 == 0 && x[1] % op.factor == 0 && x[2] % op.factor == 0, "downsample of \(x)")
            output = [x[0], x[1] / op.factor, x[2] / op.factor, x[3]]
        case .embedPatches(let op):
            output = embeddedShape(op, inputs)
        case .layerNorm(let op):
            precondition(op.weight.shape == [x.channels] && op.bias.shape == [x.channels], "layerNorm of \(x)")
            output = x
        case .linear(let op):
            precondition(op.weight.shape.rank == 2 && op.weight.shape[1] == x.channels, "linear of \(x)")
            output = x.replacingChannels(with: op.weight.shape[0])
        case .attention(let op):
            precondition(x.rank == 3 && x.channels % (3 * op.headCount) == 0, "attention of \(x)")
            output = x.replacingChannels(with: x.channels / 3)
        case .mergeTokens(let op):
            output = mergedShape(op, inputs)
        case .conv2D(let op):
            let kernel = op.weight.shape
            precondition(kernel.rank == 4 && kernel.channels == x.channels, "conv2D of \(x)")
            let rows = (x[1] + 2 * op.padding - kernel[1]) / op.stride + 1
            let columns = (x[2] + 2 * op.padding - kernel[2]) / op.stride + 1
            precondition(rows > 0 && columns > 0, "conv2D of \(x) with kernel \(kernel)")
            output = [x[0], rows, columns, kernel[0]]
        case .upsampleConv(let op):
            precondition(op.weight.shape.channels == x.channels, "upsampleConv of \(x)")
            output = [x[0], 2 * x[1], 2 * x[2], op.weight.shape[2]]
        case .subpixelConv(let op):
            precondition(op.weight.shape.channels == x.channels, "subpixelConv of \(x)")
            output = [x[0], 2 * x[1], 2 * x[2], op.weight.shape[2]]
        case .concatenate:
            precondition(inputs.allSatisfy { $0.dimensions.dropLast() == x.dimensions.dropLast() })
            output = x.replacingChannels(with: inputs.reduce(0) { $0 + $1.channels })
        }
        checkResiduals(inputs, output)
        return output
    }

    private func checkResiduals(_ inputs: [Shape], _ output: Shape) {
        guard let epilogue else { return }
        precondition(inputs.count == 1 + epilogue.residualCount, "\(name): residuals")
        precondition(inputs.dropFirst().allSatisfy { $0 == output }, "\(name): residual shapes \(inputs)")
        precondition(epilogue.weights.allSatisfy { $0.shape == [output.channels] }, "\(name): bias or scale")
    }
}

private func embeddedShape(_ op: EmbedPatches, _ inputs: [Shape]) -> Shape {
    let width = op.weight.shape[0]
    precondition(op.side % op.tokenSide == 0 && op.position.shape == [op.tokenCount, width], "embedPatches")
    for crop in op.crops {
        let map = inputs[crop.input]
        precondition(crop.row + op.side <= map[1] && crop.column + op.side <= map[2], "crop outside \(map)")
    }
    return [op.crops.count, op.tokenCount, width]
}

private func mergedShape(_ op: MergeTokens, _ inputs: [Shape]) -> Shape {
    precondition(op.sources.count == op.side * op.side, "mergeTokens: \(op.sources.count) crops")
    for source in op.sources {
        let tokens = inputs[source.input]
        precondition(source.crop < tokens[0] && tokens[1] == 1 + op.tokensPerSide * op.tokensPerSide, "mergeTokens")
    }
    return [1, op.mapSide, op.mapSide, inputs[0].channels]
}
