import CPUKernels
import TensorCore

/// Products over pixels or tokens: linear maps, convolutions, and transposed convolutions with a matrix for each phase of
/// the output. A task is a block of rows and columns of one matrix.
struct ProductStep: Step {
    let product: BoundProduct
    /// The rows under each matrix.
    let grids: [PixelGrid]
    private let rows: Cut
    private let columns: Cut

    init(_ product: BoundProduct, _ grids: [PixelGrid]) {
        self.product = product
        self.grids = grids
        rows = Cut(grids[0].pixelCount, limit: Tiles.productRowCount, step: Tiles.productRowStep)
        columns = Cut(
            product.shape.columnCount, limit: Tiles.productColumnCount(product.arithmetic),
            step: Tiles.productColumnStep)
    }

    init(_ op: Linear, _ node: Node, _ binder: Binder) {
        let grid = PixelGrid(
            vectorsOf: binder.plan.shape(node.inputs[0]), to: binder.plan.shape(node.output))
        self.init(binder.product(node), [grid])
    }

    init(_ op: Conv2D, _ node: Node, _ binder: Binder) {
        let grid = PixelGrid(op, input: binder.plan.shape(node.inputs[0]), output: binder.plan.shape(node.output))
        self.init(binder.product(node, rectifies: op.rectifiesInput), [grid])
    }

    init(_ op: UpsampleConv, _ node: Node, _ binder: Binder) {
        self.init(binder.product(node), Self.phases(node, binder) { _ in [PixelGrid.Place(row: 0, column: 0)] })
    }

    init(_ op: SubpixelConv, _ node: Node, _ binder: Binder) {
        let grids = Self.phases(node, binder) { phase in
            (0..<4).map { tap in
                PixelGrid.Place(row: tap / 2 + phase / 2 - 1, column: tap % 2 + phase % 2 - 1)
            }
        }
        self.init(binder.product(node, borderBias: op.biasMap), grids)
    }

    private static func phases(
        _ node: Node, _ binder: Binder, taps: (_ phase: Int) -> [PixelGrid.Place]
    ) -> [PixelGrid] {
        (0..<4).map { phase in
            PixelGrid(
                phase: phase, taps: taps(phase), input: binder.plan.shape(node.inputs[0]),
                output: binder.plan.shape(node.output))
        }
    }

    var taskCount: Int { grids.count * rows.count * columns.count }
    private var offsetByteCount: Int {
        RowOffsets.byteCount(rowCount: rows.size, tapCount: product.shape.tapCount)
    }
    var scratchByteCount: Int { offsetByteCount + product.scratchByteCount(rows: rows.size, columns: columns.size) }

    func run(task: Int, _ context: TaskContext) {
        let block = task / columns.count
        let (matrix, pixels) = (block / rows.count, rows[block % rows.count])
        let offsets = RowOffsets(count: pixels.count, tapCount: product.shape.tapCount, at: context.scratch)
        grids[matrix].fill(offsets, pixels: pixels)
        product.run(
            matrix: matrix, rows: offsets, columns: columns[task % columns.count],
            scratch: context.scratch + offsetByteCount)
    }
}
