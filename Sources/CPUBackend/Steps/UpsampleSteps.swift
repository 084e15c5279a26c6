import CPUKernels
import TensorCore

/// A transposed 2x2 convolution of stride 2: for each of the four output phases a product over the input's pixels,
/// whose rows go to every second pixel of the output. A task is a run of input pixels, a phase and a tile of columns.
struct UpsampleStep: Step {
    let input: UnsafePointer<Float>
    let inputShape: Shape
    let weight: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let outputCount: Int
    let epilogue: BoundEpilogue
    private let pixels: Cut
    private let columns: Cut

    init(_ op: UpsampleConv, _ node: Node, _ binder: Binder) {
        input = binder.input(node.inputs[0])
        inputShape = binder.plan.shape(node.inputs[0])
        weight = binder.weight(op.weight)
        output = binder.output(node.output)
        outputCount = op.weight.shape[2]
        epilogue = binder.epilogue(op.epilogue, of: node)
        pixels = Cut(inputShape[1] * inputShape[2], limit: Tiles.pixelCount, step: 8)
        columns = Cut(outputCount, limit: Tiles.productColumnCount, step: 16)
    }

    var taskCount: Int { inputShape[0] * pixels.count * 4 * columns.count }
    var scratchCount: Int { pixels.size * columns.size }

    func run(task: Int, _ context: TaskContext) {
        let columns = columns[task % columns.count]
        let phase = task / self.columns.count % 4
        let run = task / self.columns.count / 4
        let (image, pixels) = (run / pixels.count, pixels[run % pixels.count])
        let depth = inputShape[3]
        multiply(
            rows: pixels.count, columns: columns.count, depth: depth,
            Matrix(
                base: input + (image * inputShape[1] * inputShape[2] + pixels.lowerBound) * depth, stride: depth),
            Matrix(base: weight + (phase * outputCount + columns.lowerBound) * depth, stride: depth),
            accumulates: false, into: context.scratch, stride: columns.count, kernels: epilogue.kernels)
        var pixel = pixels.lowerBound
        while pixel < pixels.upperBound {
            let (row, column) = (pixel / inputShape[2], pixel % inputShape[2])
            let count = min(pixels.upperBound - pixel, inputShape[2] - column)
            let place = ((image * inputShape[1] + row) * 2 + phase / 2) * 2 * inputShape[2] + 2 * column + phase % 2
            epilogue.store(
                rows: count, columns: columns,
                context.scratch + (pixel - pixels.lowerBound) * columns.count, sumsStride: columns.count,
                first: place * outputCount, stride: 2 * outputCount, output: output)
            pixel += count
        }
    }
}

/// A 2x2 convolution for each of the four output phases, over one window of the input with a border of one pixel; the
/// products are those of ``ConvolutionStep``. A task is a rectangle of input pixels.
struct SubpixelStep: Step {
    let input: InputMap
    let weight: UnsafePointer<Float>
    let borderBias: UnsafePointer<Float>?
    let output: UnsafeMutablePointer<Float>
    let outputCount: Int
    let epilogue: BoundEpilogue
    private let rectangles: Rectangles
    private let columns: Cut

    init(_ op: SubpixelConv, _ node: Node, _ binder: Binder) {
        let shape = binder.plan.shape(node.inputs[0])
        input = InputMap(
            base: binder.input(node.inputs[0]), shape: shape, rectifies: false, kernels: binder.kernels)
        weight = binder.weight(op.weight)
        borderBias = op.biasMap.map { binder.weight($0) }
        output = binder.output(node.output)
        outputCount = op.weight.shape[2]
        epilogue = binder.epilogue(op.epilogue, of: node)
        rectangles = Rectangles(
            imageCount: shape[0], rows: shape[1], columns: shape[2], channels: shape[3], halo: (2, 2))
        columns = Cut(outputCount, limit: Tiles.productColumnCount, step: 16)
    }

    var taskCount: Int { rectangles.count }
    private var windowCount: Int { (rectangles.windowPixelCount * input.shape[3] + 15) / 16 * 16 }
    var scratchCount: Int { windowCount + rectangles.productRowCount * columns.size }

    func run(task: Int, _ context: TaskContext) {
        let tile = rectangles[task]
        input.copy(
            image: tile.image, rows: (tile.rows.lowerBound - 1)..<(tile.rows.upperBound + 1),
            columns: (tile.columns.lowerBound - 1)..<(tile.columns.upperBound + 1), to: context.scratch)
        for phase in 0..<4 {
            for index in 0..<columns.count {
                product(columns[index], tile, phase: (phase / 2, phase % 2), context.scratch)
            }
        }
    }

    private func product(
        _ columns: Range<Int>, _ tile: Rectangle, phase: (row: Int, column: Int), _ scratch: UnsafeMutablePointer<Float>
    ) {
        let sums = scratch + windowCount
        let channels = input.shape[3]
        let windowColumns = tile.columns.count + 2
        let kernel = weight + ((phase.row * 2 + phase.column) * outputCount + columns.lowerBound) * 4 * channels
        for tap in 0..<4 {
            let pixel = (phase.row + tap / 2) * windowColumns + phase.column + tap % 2
            multiply(
                rows: (tile.rows.count - 1) * windowColumns + tile.columns.count, columns: columns.count,
                depth: channels, Matrix(base: scratch + pixel * channels, stride: channels),
                Matrix(base: kernel + tap * channels, stride: 4 * channels), accumulates: tap > 0, into: sums,
                stride: columns.count, kernels: epilogue.kernels)
        }
        for (line, row) in tile.rows.enumerated() {
            store(
                columns, tile, row: 2 * row + phase.row, columnPhase: phase.column,
                sums + line * windowColumns * columns.count)
        }
    }

    /// Stores one row of a rectangle, in up to three runs: the map's first and last column have biases of their own.
    private func store(
        _ columns: Range<Int>, _ tile: Rectangle, row: Int, columnPhase: Int, _ sums: UnsafePointer<Float>
    ) {
        let (outputRows, outputColumns) = (2 * input.shape[1], 2 * input.shape[2])
        var x = tile.columns.lowerBound
        while x < tile.columns.upperBound {
            let column = 2 * x + columnPhase
            let isEdge = column == 0 || column == outputColumns - 1
            let last = columnPhase == 1 ? input.shape[2] - 1 : input.shape[2]
            let end = isEdge ? x + 1 : min(tile.columns.upperBound, last)
            let border = borderBias.map {
                $0 + (3 * place(row, of: outputRows) + place(column, of: outputColumns)) * outputCount
            }
            epilogue.store(
                rows: end - x, columns: columns, sums + (x - tile.columns.lowerBound) * columns.count,
                sumsStride: columns.count,
                first: ((tile.image * outputRows + row) * outputColumns + column) * outputCount,
                stride: 2 * outputCount, output: output, borderBias: border)
            x = end
        }
    }

    /// 0 for the first of `count`, 2 for the last, 1 between.
    private func place(_ index: Int, of count: Int) -> Int { index == 0 ? 0 : index == count - 1 ? 2 : 1 }
}
