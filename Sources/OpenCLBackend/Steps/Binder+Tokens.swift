import OpenCLKernels
import TensorCore

extension Binder {
    mutating func layerNorm(_ op: LayerNorm, _ node: Node) -> Launch {
        let shape = plan.shape(node.inputs[0])
        let arguments: [Launch.Argument] = [
            .arena, .vectors, .count(shape.channels), .float(op.epsilon),
            // A group's members have these of their own.
            .element(element(node.inputs[0])), .element(element(node.output)),
            .count(weights.start(VectorBlock([op.weight], panel: 1))),
            .count(weights.start(VectorBlock([op.bias], panel: 1))),
        ]
        switch limits.forms.layerNorm {
        case .tile:
            let group = shape.channels >= 1024 && limits.workGroupSize >= 256 ? 256 : 64
            return Launch(
                variant([.layerNorm, .layerNormTile], "layer_norm", ["GROUP": group]), arguments,
                own: (4, axis: 0), groups: [shape.rows], local: [group])
        case .matrix, .emulation: preconditionFailure("layer norm has no form for matrix units")
        case .vector:
            return Launch(
                variant([.layerNorm, .layerNormVector], "layer_norm", ["WIDTH": 16]), arguments,
                own: (4, axis: 0), groups: [shape.rows], local: [1])
        }
    }

    mutating func attention(_ op: Attention, _ node: Node) -> Launch {
        let y = plan.shape(node.output)
        let headWidth = y.channels / op.headCount
        let arguments: [Launch.Argument] = [
            .arena, .count(y[1]), .count(op.headCount),
            .float(queries.attentionFactor(node.inputs[0], headWidth: headWidth)),
            // A group's members have these of their own.
            .element(element(node.inputs[0])), .element(element(node.output)),
        ]
        let shape = TunedShape(attentionOf: y[1], headWidth: headWidth)
        let cut = limits.attentionCut(shape)
        lastCut = (shape, .attention(cut))
        var constants = cut.constants.merging(["HEAD_WIDTH": headWidth]) { $1 }
            .merging(MatrixProgram(cut.form)?.constants ?? [:]) { $1 }
        if cut.form.isOnMatrixUnit { constants["HEADS"] = op.headCount }
        return Launch(
            variant(cut.sources, "attention", constants), arguments, own: (2, axis: 2),
            groups: [(y[1] + cut.queries - 1) / cut.queries, op.headCount, y[0]], local: [cut.groupSize, 1, 1])
    }

    mutating func mergeTokens(_ op: MergeTokens, _ node: Node) -> Launch {
        let y = plan.shape(node.output)
        let cropElements = (1 + op.tokensPerSide * op.tokensPerSide) * y.channels
        let start = table(
            op.rowsOfMap.flatMap { [$0.crop, $0.token] }
                + op.sources.map { element(node.inputs[$0.input]) + $0.crop * cropElements })
        let quad = y.channels % 4 == 0 ? 4 : 1
        return Launch(
            variant([.mergeTokens], "merge_tokens", ["QUAD": quad]),
            [
                .arena, .element(element(node.output)), .tables, .count(start), .count(op.mapSide), .count(op.side),
                .count(op.tokensPerSide), .count(y.channels),
            ], elements: y.elementCount / quad)
    }

    func concatenate(_ node: Node) -> [Launch] {
        let y = plan.shape(node.output)
        var first = 0
        return node.inputs.map { input in
            let channels = plan.shape(input).channels
            defer { first += channels }
            return Launch(
                variant([.concatenate], "concatenate"),
                [
                    .arena, .element(element(input)), .element(element(node.output)), .count(y.rows), .count(channels),
                    .count(y.channels), .count(first),
                ], elements: y.rows * channels)
        }
    }
}

extension MergeTokens {
    /// For each row of the map, and alike for each column, the row of crops that it comes from and the row of tokens
    /// within the crop.
    fileprivate var rowsOfMap: [(crop: Int, token: Int)] {
        (0..<side).flatMap { crop in
            let low = crop == 0 ? 0 : padding
            let high = crop == side - 1 ? tokensPerSide : tokensPerSide - padding
            return (low..<high).map { (crop, $0) }
        }
    }
}
