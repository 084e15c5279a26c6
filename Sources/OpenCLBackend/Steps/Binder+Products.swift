import OpenCLKernels
import TensorCore

/// A product of any operation, before its launch is formed.
private struct Product {
    let kernel: KernelSource
    let name: String
    let weight: Weight
    var phases = 1
    var taps = 1
    let rows: Int
    let columns: Int
    /// Of one tap.
    let channels: Int
    /// Where else than at multiples of `channels` rows of the input begin.
    var rowStarts: [Int] = []
    /// [rows, columns] of the input map and of the grid of positions on it; zeros where the kernel needs none.
    var map = (rows: 0, columns: 0)
    var grid = (rows: 0, columns: 0)
    var epilogue = Epilogue()
    /// The operation's own constants.
    var constants: [String: Int] = [:]
    /// The kernel's `extra` vectors.
    var extra: [Weight] = []
    var table = 0
    /// Where the input begins; nil for the node's first input.
    var input: Int?

    /// What a form's kernels are told of extents that are whole; those that read nothing by it are told nothing, so that one
    /// program serves all.
    func alignment(_ tile: ProductTile, _ limits: KernelLimits) -> [String: Int] {
        let hasRows = { (count: Int) in (rowStarts + [channels]).allSatisfy { $0 % count == 0 } }
        let output = ["WHOLE_OUTPUT": columns % 4 == 0 ? 1 : 0]
        switch tile.form {
        case .vector: return [:]
        case .tile: return output.merging(["WHOLE_INPUT": hasRows(4) ? 1 : 0]) { $1 }
        case .matrix, .emulation:
            return output.merging([
                "INPUT_CHUNKS": hasRows(8) ? 1 : 0, "WHOLE_SLABS": channels % MatrixUnit.slab == 0 ? 1 : 0,
                "STEP_SLABS": tile.slabsOfStep(
                    channels: channels, localMemoryByteCount: limits.localMemoryByteCount),
            ]) { $1 }
        }
    }
}

extension Binder {
    mutating func linear(_ op: Linear, _ node: Node) -> Launch {
        let x = plan.shape(node.inputs[0])
        let op = queries.scaled(op, node.output)
        return launch(
            Product(
                kernel: .linear, name: "linear", weight: op.weight, rows: x.rows, columns: op.weight.shape[0],
                channels: x.channels, epilogue: op.epilogue), node)
    }

    mutating func conv2D(_ op: Conv2D, _ node: Node) -> Launch {
        let (x, y, kernel) = (plan.shape(node.inputs[0]), plan.shape(node.output), op.weight.shape)
        // A 1x1 convolution is a linear map of each pixel, unless it rectifies or skips.
        if kernel[1] == 1 && kernel[2] == 1 && op.stride == 1 && op.padding == 0 && !op.rectifiesInput {
            let weight = Weight.reshaped(op.weight, [kernel[0], kernel[3]])
            return linear(Linear(weight: weight, epilogue: op.epilogue), node)
        }
        return launch(
            Product(
                kernel: .conv2D, name: "conv2d", weight: op.weight, taps: kernel[1] * kernel[2], rows: y.rows,
                columns: kernel[0], channels: kernel[3], map: (x[1], x[2]), grid: (y[1], y[2]),
                epilogue: op.epilogue,
                constants: [
                    "KERNEL_COLUMNS": kernel[2], "STRIDE": op.stride, "PADDING": op.padding,
                    "RECTIFIES": op.rectifiesInput ? 1 : 0,
                ]), node)
    }

    mutating func upsampleConv(_ op: UpsampleConv, _ node: Node) -> Launch {
        let x = plan.shape(node.inputs[0])
        return launch(
            Product(
                kernel: .upsampleConv, name: "upsample_conv", weight: op.weight, phases: 4, rows: x.rows,
                columns: op.weight.shape[2], channels: x.channels, grid: (x[1], x[2]), epilogue: op.epilogue), node)
    }

    mutating func subpixelConv(_ op: SubpixelConv, _ node: Node) -> Launch {
        let x = plan.shape(node.inputs[0])
        let border = op.biasMap.map { Weight.reshaped($0, [9, op.weight.shape[2]]) }
        return launch(
            Product(
                kernel: .subpixelConv, name: "subpixel_conv", weight: op.weight, phases: 4, taps: 4, rows: x.rows,
                columns: op.weight.shape[2], channels: x.channels, grid: (x[1], x[2]), epilogue: op.epilogue,
                constants: ["BORDER": border == nil ? 0 : 1], extra: [border].compactMap(\.self)), node)
    }

    mutating func embedPatches(_ op: EmbedPatches, _ node: Node) -> Launch {
        let y = plan.shape(node.output)
        let entries = op.crops.flatMap { crop in
            let pitch = plan.shape(node.inputs[crop.input])[2] * 3
            return [element(node.inputs[crop.input]) + crop.row * pitch + crop.column * 3, pitch]
        }
        // The bias is not the class token's, so that the kernel adds it itself.
        var product = Product(
            kernel: .embedPatches, name: "embed_patches", weight: op.weight, taps: op.tokenSide, rows: y.rows,
            columns: y.channels, channels: 3 * op.tokenSide, rowStarts: entries,
            constants: ["CELLS": op.side / op.tokenSide], extra: [op.classToken, op.position])
        product.table = table(entries)
        product.input = 0
        return launch(product, node, embeddedBias: op.bias)
    }

    private mutating func launch(_ product: Product, _ node: Node, embeddedBias: Weight? = nil) -> Launch {
        let rows = max(product.rows, rowsOfStep)
        let shape = TunedShape(
            product: product.name, rows: rows, columns: product.columns, depth: product.taps * product.channels)
        let tile = limits.tile(shape, rows: rows, phases: product.phases)
        lastCut = (shape, .product(tile))
        let epilogue = product.epilogue
        var constants = [
            "TAPS": product.taps, "BIAS": epilogue.bias == nil ? 0 : 1, "SCALE": epilogue.layerScale == nil ? 0 : 1,
            "RESIDUALS": epilogue.residualCount, "ACTIVATION": epilogue.activation.kernelValue,
        ].merging(product.alignment(tile, limits)) { $1 }
        if plan.memory.wideValues.contains(node.output) { constants["WIDE_OUTPUT"] = 1 }
        let place = weights.place(
            PackedWeight(
                weight: product.weight, phases: product.phases, columns: product.columns,
                taps: product.taps, channels: product.channels, panel: tile.panel,
                slab: tile.form.matrixUnit == nil ? 1 : MatrixUnit.slab))
        let residuals = node.inputs.dropFirst().prefix(epilogue.residualCount).map(element) + [0, 0]
        let shared: [Launch.Argument] = [
            .arena, .weights(bank: place.bank), .vectors, .tables, .count(product.columns), .count(product.channels),
            .count(product.map.rows), .count(product.map.columns), .count(product.grid.rows),
            .count(product.grid.columns),
        ]
        let own: [Launch.Argument] = [
            .element(product.input ?? element(node.inputs[0])), .element(element(node.output)),
            .element(residuals[0]), .element(residuals[1]), .element(place.start),
            .count(vectors([epilogue.bias ?? embeddedBias], tile)), .count(vectors([epilogue.layerScale], tile)),
            .count(vectors(product.extra, tile)), .count(product.table), .count(product.rows),
        ]
        return Launch(
            variant(
                [.product, product.kernel] + tile.sources, product.name,
                constants.merging(product.constants) { $1 }.merging(tile.constants) { $1 }
                    .merging(MatrixProgram(tile.form)?.constants ?? [:]) { $1 }),
            shared + own, own: (own.count, axis: 0),
            groups: [
                (product.rows + tile.rows - 1) / tile.rows, (product.columns + tile.panel - 1) / tile.panel,
                product.phases,
            ], local: [tile.groupSize, 1, 1])
    }

    /// Where a block of vectors begins; 0 when there is none.
    private mutating func vectors(_ wanted: [Weight?], _ tile: ProductTile) -> Int {
        let present = wanted.compactMap(\.self)
        return present.isEmpty ? 0 : weights.start(VectorBlock(present, panel: tile.panel))
    }
}

extension Epilogue.Activation {
    /// `ACTIVATION` of `product.cl`.
    fileprivate var kernelValue: Int {
        switch self {
        case .none: 0
        case .relu: 1
        case .gelu: 2
        }
    }
}
