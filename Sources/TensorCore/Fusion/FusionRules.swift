func splitConcatenation(_ node: Node, _ inputs: [Value], _ rewriter: inout GraphRewriter) -> Value? {
    guard case .linear(let linear) = node.op, linear.epilogue.residualCount == 0,
        linear.epilogue.activation == .none, linear.epilogue.layerScale == nil,
        let concatenation = rewriter.soleProducer(of: inputs[0]), case .concatenate = concatenation.op,
        concatenation.inputs.allSatisfy({ plainUpsample($0, rewriter) != nil })
    else { return nil }

    var sum: Value?
    var firstColumn = 0
    for part in concatenation.inputs {
        let columns = firstColumn..<(firstColumn + rewriter.target.shape(part).channels)
        firstColumn = columns.upperBound
        let isFirst = sum == nil
        let op = Linear(
            weight: .columns(linear.weight, columns),
            epilogue: Epilogue(bias: isFirst ? linear.epilogue.bias : nil, residualCount: isFirst ? 0 : 1))
        sum = rewriter.append(.linear(op), [part] + [sum].compactMap(\.self), like: node)
    }
    return sum
}

func fuseLinearIntoUpsample(_ node: Node, _ inputs: [Value], _ rewriter: inout GraphRewriter) -> Value? {
    guard case .linear(let linear) = node.op, let (producer, upsample) = plainUpsample(inputs[0], rewriter) else {
        return nil
    }
    var epilogue = linear.epilogue
    if let bias = upsample.epilogue.bias {
        // [outputs, middle] x [middle, 1]
        let column = Weight.product(linear.weight, .reshaped(bias, [bias.shape[0], 1]))
        let moved = Weight.reshaped(column, [linear.weight.shape[0]])
        epilogue.bias = epilogue.bias.map { .sum($0, moved) } ?? moved
    }
    let op = UpsampleConv(weight: .product(linear.weight, upsample.weight), epilogue: epilogue)
    return rewriter.append(.upsampleConv(op), producer.inputs + inputs.dropFirst(), like: node)
}

func fuseConvIntoUpsample(_ node: Node, _ inputs: [Value], _ rewriter: inout GraphRewriter) -> Value? {
    guard case .conv2D(let conv) = node.op, !conv.rectifiesInput, conv.stride == 1, conv.padding == 1,
        conv.weight.shape[1] == 3, conv.weight.shape[2] == 3,
        let (producer, upsample) = plainUpsample(inputs[0], rewriter)
    else { return nil }
    // For each input pixel: a transposed convolution and four 3x3 pixels, against four 2x2 pixels.
    let (outputs, middle, depth) = (conv.weight.shape[0], conv.weight.shape[3], upsample.weight.shape[3])
    guard 16 * depth * outputs < 4 * depth * middle + 36 * middle * outputs else { return nil }
    let op = SubpixelConv(
        weight: .subpixel(conv: conv.weight, upsample: upsample.weight),
        biasMap: upsample.epilogue.bias.map { .subpixelBias(conv: conv.weight, upsampleBias: $0) },
        epilogue: conv.epilogue)
    return rewriter.append(.subpixelConv(op), producer.inputs + inputs.dropFirst(), like: node)
}

/// The transposed convolution that makes a value which nothing else reads, if it only adds a bias.
private func plainUpsample(_ value: Value, _ rewriter: GraphRewriter) -> (Node, UpsampleConv)? {
    guard let producer = rewriter.soleProducer(of: value), case .upsampleConv(let upsample) = producer.op,
        upsample.epilogue.activation == .none, upsample.epilogue.layerScale == nil,
        upsample.epilogue.residualCount == 0
    else { return nil }
    return (producer, upsample)
}
