import TensorCore

/// epilogue(x W^T) for groups of rows: the tokens of each crop, or the pixels of each image under a 1x1 convolution.
/// Each group is cut on its own into tiles of rows x columns; a task is one tile.
struct ProductStep: Step {
    let input: UnsafePointer<Float>
    let weight: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let epilogue: BoundEpilogue
    let groupCount: Int
    /// Rows in a group.
    let rowCount: Int
    let depth: Int
    let columnCount: Int
    private let rows: Cut
    private let columns: Cut

    init(_ op: Linear, _ node: Node, _ binder: Binder) {
        self.init(node, weight: op.weight, epilogue: op.epilogue, binder)
    }

    /// `weight` is [outputs, inputs] or a 1x1 kernel.
    init(_ node: Node, weight: Weight, epilogue: Epilogue, _ binder: Binder) {
        let shape = binder.plan.shape(node.inputs[0])
        input = binder.input(node.inputs[0])
        self.weight = binder.weight(weight)
        output = binder.output(node.output)
        self.epilogue = binder.epilogue(epilogue, of: node)
        groupCount = shape.rank > 1 ? shape[0] : 1
        rowCount = shape.rows / max(1, groupCount)
        depth = shape.channels
        columnCount = weight.shape[0]
        rows = Cut(rowCount, limit: Tiles.productRowCount, step: 8)
        columns = Cut(columnCount, limit: Tiles.productColumnCount, step: 16)
    }

    var taskCount: Int { groupCount * rows.count * columns.count }
    var scratchCount: Int { rows.size * columns.size }

    func run(task: Int, _ context: TaskContext) {
        let columns = columns[task % columns.count]
        let tile = task / self.columns.count
        let rows = rows[tile % rows.count]
        let firstRow = tile / self.rows.count * rowCount + rows.lowerBound
        multiply(
            rows: rows.count, columns: columns.count, depth: depth,
            Matrix(base: input + firstRow * depth, stride: depth),
            Matrix(base: weight + columns.lowerBound * depth, stride: depth), accumulates: false,
            into: context.scratch, stride: columns.count, kernels: epilogue.kernels)
        epilogue.store(
            rows: rows.count, columns: columns, context.scratch, sumsStride: columns.count,
            first: firstRow * columnCount, stride: columnCount, output: output)
    }
}
