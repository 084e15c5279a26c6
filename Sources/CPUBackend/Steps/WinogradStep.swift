import CPUKernels
import TensorCore

/// A 3x3 convolution of stride 1 and padding 1 by Winograd's minimal filtering, with a quarter of the multiplications;
/// see Kernels/CPU/winograd.h. A task computes a run of 4x4 tiles of the output.
struct WinogradStep: Step {
    let input: UnsafePointer<Float>
    let inputShape: Shape
    let rectifies: Bool
    let packed: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let outputCount: Int
    let epilogue: BoundEpilogue
    private let tiles: Cut

    /// Whether it pays: with few channels the transforms weigh more than what they save.
    static func applies(to op: Conv2D) -> Bool {
        let kernel = op.weight.shape
        return kernel[1] == 3 && kernel[2] == 3 && op.stride == 1 && op.padding == 1
            && kernel[0] >= Tiles.winogradChannelCount && kernel[3] >= Tiles.winogradChannelCount
    }

    init(_ op: Conv2D, _ node: Node, _ binder: Binder) {
        inputShape = binder.plan.shape(node.inputs[0])
        input = binder.input(node.inputs[0])
        rectifies = op.rectifiesInput
        packed = binder.weight(op.weight, packing: .winograd)
        output = binder.output(node.output)
        outputCount = op.weight.shape[0]
        epilogue = binder.epilogue(op.epilogue, of: node)
        let tileCount = ((inputShape[1] + 3) / 4) * ((inputShape[2] + 3) / 4)
        tiles = Cut(tileCount, limit: Tiles.winogradTileCount, step: 12)
    }

    var taskCount: Int { inputShape[0] * tiles.count }
    var scratchCount: Int { epilogue.kernels.winograd_scratch(tiles.size, outputCount, inputShape[3]) }

    func run(task: Int, _ context: TaskContext) {
        let image = task / tiles.count
        let tiles = tiles[task % tiles.count]
        let (rows, columns, channels) = (inputShape[1], inputShape[2], inputShape[3])
        var source = cpu_winograd_input(
            map: input + image * rows * columns * channels, rows: rows, columns: columns, channels: channels,
            rectifies: rectifies ? 1 : 0, first_tile: tiles.lowerBound, tile_count: tiles.count)
        let result = epilogue.kernels.winograd(&source, outputCount, packed, context.scratch)
        let stride = epilogue.kernels.winograd_columns(outputCount)
        let tilesAcross = (columns + 3) / 4
        for (index, tile) in tiles.enumerated() {
            let (top, left) = (tile / tilesAcross * 4, tile % tilesAcross * 4)
            for row in top..<min(top + 4, rows) {
                let pixel = (image * rows + row) * columns + left
                epilogue.store(
                    rows: min(4, columns - left), columns: 0..<outputCount,
                    result + (index * 16 + (row - top) * 4) * stride, sumsStride: stride, first: pixel * outputCount,
                    stride: outputCount, output: output)
            }
        }
    }
}
