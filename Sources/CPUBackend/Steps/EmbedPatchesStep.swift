import CPUKernels
import TensorCore

/// Turns crops into tokens; a task is a block of one crop's cells. A cell's lines are the taps of the product.
struct EmbedPatchesStep: Step {
    let maps: [(values: cpu_values, columns: Int)]
    let classToken: UnsafePointer<Float>
    let position: UnsafePointer<Float>
    /// Adds the bias, and the position as a residual; input and output are those of a task's crop.
    let product: BoundProduct
    let op: EmbedPatches
    let width: Int
    private let cells: Cut

    init(_ op: EmbedPatches, _ node: Node, _ binder: Binder) {
        maps = node.inputs.map { (binder.values($0), binder.plan.shape($0)[2]) }
        classToken = binder.vector(op.classToken)
        position = binder.vector(op.position)
        let positions = cpu_values(base: UnsafeMutableRawPointer(mutating: position), type: cpu_type_float32)
        product = binder.product(
            node,
            epilogue: BoundEpilogue(
                bias: binder.vector(op.bias), residuals: [positions], kernels: binder.kernels))
        self.op = op
        width = op.weight.shape[0]
        cells = Cut(op.tokenCount - 1, limit: Tiles.productRowCount, step: Tiles.productRowStep)
    }

    var taskCount: Int { op.crops.count * cells.count }
    private var offsetByteCount: Int { RowOffsets.byteCount(rowCount: cells.size, tapCount: op.tokenSide) }
    var scratchByteCount: Int {
        offsetByteCount
            + max(product.scratchByteCount(rows: cells.size, columns: width), width * MemoryLayout<Float>.size)
    }

    func run(task: Int, _ context: TaskContext) {
        let crop = op.crops[task / cells.count]
        let cells = cells[task % cells.count]
        var product = product
        product.input = maps[crop.input].values
        product.output = product.output.advanced(by: task / self.cells.count * op.tokenCount * width)
        let scratch = context.scratch + offsetByteCount
        if cells.lowerBound == 0 { storeClassToken(product.output, scratch) }
        let offsets = RowOffsets(count: cells.count, tapCount: op.tokenSide, at: context.scratch)
        fill(offsets, crop, cells)
        product.run(matrix: 0, rows: offsets, columns: 0..<width, scratch: scratch)
    }

    private func storeClassToken(_ output: cpu_values, _ scratch: UnsafeMutableRawPointer) {
        let token = scratch.assumingMemoryBound(to: Float.self)
        for i in 0..<width { token[i] = classToken[i] + position[i] }
        var source = cpu_values(base: scratch, type: cpu_type_float32)
        var destination = output
        product.epilogue.kernels.convert(width, &source, 0, &destination, 0)
    }

    private func fill(_ offsets: RowOffsets, _ crop: Crop, _ cells: Range<Int>) {
        let cellsPerSide = op.side / op.tokenSide
        for (index, cell) in cells.enumerated() {
            let row = crop.row + cell / cellsPerSide * op.tokenSide
            let column = crop.column + cell % cellsPerSide * op.tokenSide
            for line in 0..<op.tokenSide {
                offsets.inputs[line * cells.count + index] = ((row + line) * maps[crop.input].columns + column) * 3
            }
            offsets.outputs[index] = (1 + cell) * width
        }
    }
}
