import CPUKernels
import TensorCore

/// Resizes and normalises a photograph; a task is a block of rows.
struct PrepareImageStep: Step {
    /// Which of the plan's inputs.
    let photograph: Int
    let output: UnsafeMutablePointer<Float>
    let side: Int
    private let rows: Cut

    init(_ op: PrepareImage, _ node: Node, _ binder: Binder) {
        guard let index = binder.plan.inputs.firstIndex(where: { $0.value == node.inputs[0] }) else {
            preconditionFailure("\(node.scope): prepareImage reads a photograph")
        }
        photograph = index
        output = binder.output(node.output)
        side = op.side
        rows = Cut(op.side, limit: 32)
    }

    var taskCount: Int { rows.count }
    var scratchCount: Int { 3 * side }

    func run(task: Int, _ context: TaskContext) {
        guard let view = context.photographs[photograph] else { return }
        cpu_prepare_image(
            view.pixels, view.height, view.width, side, rows[task].lowerBound, rows[task].count, context.scratch,
            output)
    }
}

/// Reduces maps; a task is one row of the result.
struct DownsampleStep: Step {
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let factor: Int
    /// [images, rows, columns, channels]
    let shape: Shape

    init(_ op: Downsample, _ node: Node, _ binder: Binder) {
        input = binder.input(node.inputs[0])
        output = binder.output(node.output)
        factor = op.factor
        shape = binder.plan.shape(node.output)
    }

    var taskCount: Int { shape[0] * shape[1] }
    var scratchCount: Int { 0 }

    func run(task: Int, _ context: TaskContext) {
        let columns = shape[2] * factor
        cpu_downsample_row(
            input + task * factor * columns * shape[3], columns, shape[3], factor, shape[2],
            output + task * shape[2] * shape[3])
    }
}

/// Turns crops into tokens; a task is a block of one crop's cells, gathered into scratch memory.
struct EmbedPatchesStep: Step {
    let maps: [(base: UnsafePointer<Float>, columns: Int)]
    let weight: UnsafePointer<Float>
    let classToken: UnsafePointer<Float>
    let position: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// Adds the bias, and the position as a residual.
    let epilogue: BoundEpilogue
    let op: EmbedPatches
    let width: Int
    private let cells: Cut
    private let columns: Cut

    init(_ op: EmbedPatches, _ node: Node, _ binder: Binder) {
        maps = node.inputs.map { (binder.input($0), binder.plan.shape($0)[2]) }
        weight = binder.weight(op.weight)
        classToken = binder.weight(op.classToken)
        position = binder.weight(op.position)
        output = binder.output(node.output)
        epilogue = BoundEpilogue(
            bias: binder.weight(op.bias), residuals: [binder.weight(op.position)], kernels: binder.kernels)
        self.op = op
        width = op.weight.shape[0]
        cells = Cut(op.tokenCount - 1, limit: Tiles.productRowCount / 2)
        columns = Cut(width, limit: Tiles.productColumnCount, step: 16)
    }

    private var depth: Int { op.tokenSide * op.tokenSide * 3 }
    var taskCount: Int { op.crops.count * cells.count }
    var scratchCount: Int { cells.size * (depth + columns.size) }

    func run(task: Int, _ context: TaskContext) {
        let cropIndex = task / cells.count
        let cells = cells[task % cells.count]
        let tokens = output + cropIndex * op.tokenCount * width
        if cells.lowerBound == 0 {
            for i in 0..<width { tokens[i] = classToken[i] + position[i] }
        }
        gather(op.crops[cropIndex], cells, into: context.scratch)
        let sums = context.scratch + self.cells.size * depth
        for index in 0..<columns.count {
            let columns = columns[index]
            multiply(
                rows: cells.count, columns: columns.count, depth: depth,
                Matrix(base: context.scratch, stride: depth),
                Matrix(base: weight + columns.lowerBound * depth, stride: depth), accumulates: false, into: sums,
                stride: columns.count, kernels: epilogue.kernels)
            epilogue.store(
                rows: cells.count, columns: columns, sums, sumsStride: columns.count,
                first: (1 + cells.lowerBound) * width, stride: width, output: tokens)
        }
    }

    /// [cells, tokenSide, tokenSide, 3]
    private func gather(_ crop: Crop, _ cells: Range<Int>, into destination: UnsafeMutablePointer<Float>) {
        let map = maps[crop.input]
        let cellsPerSide = op.side / op.tokenSide
        let lineCount = op.tokenSide * 3
        var place = destination
        for cell in cells {
            let row = crop.row + cell / cellsPerSide * op.tokenSide
            let column = crop.column + cell % cellsPerSide * op.tokenSide
            for line in 0..<op.tokenSide {
                place.update(from: map.base + ((row + line) * map.columns + column) * 3, count: lineCount)
                place += lineCount
            }
        }
    }
}
