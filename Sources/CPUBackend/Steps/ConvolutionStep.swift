import CPUKernels
import TensorCore

/// Chooses how a convolution is computed.
func convolutionStep(_ op: Conv2D, _ node: Node, _ binder: Binder) -> any Step {
    let kernel = op.weight.shape
    let isPointwise = kernel[1] == 1 && kernel[2] == 1 && op.padding == 0 && op.stride == 1
    if isPointwise && !op.rectifiesInput {
        return ProductStep(node, weight: op.weight, epilogue: op.epilogue, binder)
    }
    if WinogradStep.applies(to: op) { return WinogradStep(op, node, binder) }
    if op.stride == 1 && kernel[3] >= Tiles.tapChannelCount { return ConvolutionStep(op, node, binder) }
    return GatheredConvolutionStep(op, node, binder)
}

/// A convolution of stride 1. A task copies the window of the input that a rectangle of the output sees, padded and
/// rectified, [window rows, window columns, channels]. Under tap (dy, dx) of the kernel, output pixel p of the window's
/// numbering sees window pixel p + dy * window columns + dx, so that each tap is one product over the copy as it lies,
/// and the products add up: no element is stored once per tap. Rows of the product that hang over the rectangle's right
/// edge, a kernel's width less one for each row of pixels, are dropped.
struct ConvolutionStep: Step {
    let input: InputMap
    let weight: UnsafePointer<Float>
    /// [outputs, kernel rows, kernel columns, inputs]
    let kernel: Shape
    let output: UnsafeMutablePointer<Float>
    let outputShape: Shape
    let padding: Int
    let epilogue: BoundEpilogue
    private let rectangles: Rectangles
    private let columns: Cut

    init(_ op: Conv2D, _ node: Node, _ binder: Binder) {
        input = InputMap(
            base: binder.input(node.inputs[0]), shape: binder.plan.shape(node.inputs[0]),
            rectifies: op.rectifiesInput, kernels: binder.kernels)
        weight = binder.weight(op.weight)
        kernel = op.weight.shape
        output = binder.output(node.output)
        outputShape = binder.plan.shape(node.output)
        padding = op.padding
        epilogue = binder.epilogue(op.epilogue, of: node)
        rectangles = Rectangles(
            imageCount: outputShape[0], rows: outputShape[1], columns: outputShape[2], channels: kernel[3],
            halo: (kernel[1] - 1, kernel[2] - 1))
        columns = Cut(kernel[0], limit: Tiles.productColumnCount, step: 16)
    }

    var taskCount: Int { rectangles.count }
    private var windowCount: Int { (rectangles.windowPixelCount * kernel[3] + 15) / 16 * 16 }
    var scratchCount: Int { windowCount + rectangles.productRowCount * columns.size }

    func run(task: Int, _ context: TaskContext) {
        let tile = rectangles[task]
        let windowRows = (tile.rows.lowerBound - padding)..<(tile.rows.upperBound - padding + kernel[1] - 1)
        let windowColumns = (tile.columns.lowerBound - padding)..<(tile.columns.upperBound - padding + kernel[2] - 1)
        input.copy(image: tile.image, rows: windowRows, columns: windowColumns, to: context.scratch)
        for index in 0..<columns.count {
            product(columns[index], tile, windowColumns.count, context.scratch)
        }
    }

    private func product(
        _ columns: Range<Int>, _ tile: Rectangle, _ windowColumns: Int, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let sums = scratch + windowCount
        let (tapCount, channels) = (kernel[1] * kernel[2], kernel[3])
        for tap in 0..<tapCount {
            let pixel = tap / kernel[2] * windowColumns + tap % kernel[2]
            multiply(
                rows: (tile.rows.count - 1) * windowColumns + tile.columns.count, columns: columns.count,
                depth: channels, Matrix(base: scratch + pixel * channels, stride: channels),
                Matrix(
                    base: weight + (columns.lowerBound * tapCount + tap) * channels, stride: tapCount * channels),
                accumulates: tap > 0, into: sums, stride: columns.count, kernels: epilogue.kernels)
        }
        for (line, row) in tile.rows.enumerated() {
            let pixel = (tile.image * outputShape[1] + row) * outputShape[2] + tile.columns.lowerBound
            epilogue.store(
                rows: tile.columns.count, columns: columns, sums + line * windowColumns * columns.count,
                sumsStride: columns.count, first: pixel * outputShape[3], stride: outputShape[3], output: output)
        }
    }
}

/// A convolution of any stride. A task gathers what each pixel of a short run of output pixels sees,
/// [pixels, kernel rows, kernel columns, channels], and multiplies.
struct GatheredConvolutionStep: Step {
    let input: InputMap
    let weight: UnsafePointer<Float>
    /// [outputs, kernel rows, kernel columns, inputs]
    let kernel: Shape
    let output: UnsafeMutablePointer<Float>
    let outputShape: Shape
    let padding: Int
    let step: Int
    let epilogue: BoundEpilogue
    private let pixels: Cut
    private let columns: Cut

    init(_ op: Conv2D, _ node: Node, _ binder: Binder) {
        input = InputMap(
            base: binder.input(node.inputs[0]), shape: binder.plan.shape(node.inputs[0]),
            rectifies: op.rectifiesInput, kernels: binder.kernels)
        weight = binder.weight(op.weight)
        kernel = op.weight.shape
        output = binder.output(node.output)
        outputShape = binder.plan.shape(node.output)
        padding = op.padding
        step = op.stride
        epilogue = binder.epilogue(op.epilogue, of: node)
        let depth = kernel[1] * kernel[2] * kernel[3]
        pixels = Cut(
            outputShape[1] * outputShape[2],
            limit: max(1, min(Tiles.pixelCount, Tiles.windowFloatCount / depth)))
        columns = Cut(kernel[0], limit: Tiles.productColumnCount, step: 16)
    }

    private var depth: Int { kernel[1] * kernel[2] * kernel[3] }
    private var gatheredCount: Int { (pixels.size * depth + 15) / 16 * 16 }
    var taskCount: Int { outputShape[0] * pixels.count }
    var scratchCount: Int { gatheredCount + pixels.size * columns.size }

    func run(task: Int, _ context: TaskContext) {
        let image = task / pixels.count
        let pixels = pixels[task % pixels.count]
        for (index, pixel) in pixels.enumerated() {
            let row = pixel / outputShape[2] * step - padding
            let column = pixel % outputShape[2] * step - padding
            input.copy(
                image: image, rows: row..<(row + kernel[1]), columns: column..<(column + kernel[2]),
                to: context.scratch + index * depth)
        }
        let sums = context.scratch + gatheredCount
        let first = (image * outputShape[1] * outputShape[2] + pixels.lowerBound) * outputShape[3]
        for index in 0..<columns.count {
            let columns = columns[index]
            multiply(
                rows: pixels.count, columns: columns.count, depth: depth,
                Matrix(base: context.scratch, stride: depth),
                Matrix(base: weight + columns.lowerBound * depth, stride: depth), accumulates: false, into: sums,
                stride: columns.count, kernels: epilogue.kernels)
            epilogue.store(
                rows: pixels.count, columns: columns, sums, sumsStride: columns.count, first: first,
                stride: outputShape[3], output: output)
        }
    }
}
