import CPUKernels
import TensorCore

/// A 3x3 convolution of stride 1 and padding 1 by Winograd's minimal filtering, with a quarter of the multiplications;
/// see Kernels/CPU/winograd.h. A task computes a run of 4x4 tiles of the output.
struct WinogradStep: Step {
    let input: cpu_values
    let inputShape: Shape
    let rectifies: Bool
    let arithmetic: Arithmetic
    let packed: UnsafeRawPointer
    let output: cpu_values
    let outputCount: Int
    let epilogue: BoundEpilogue
    private let tiles: Cut

    /// Whether it pays: with few channels the transforms weigh more than what they save.
    static func applies(to op: Conv2D) -> Bool {
        let kernel = op.weight.shape
        return kernel[1] == 3 && kernel[2] == 3 && op.stride == 1 && op.padding == 1
            && kernel[0] >= Tiles.winogradChannelCount && kernel[3] >= Tiles.winogradChannelCount
    }

    /// What the transformed numbers are multiplied in.
    static func arithmetic(within arithmetic: Arithmetic) -> Arithmetic {
        arithmetic == .float32 ? .float32 : .bfloat16
    }

    init(_ op: Conv2D, _ node: Node, _ binder: Binder) {
        inputShape = binder.plan.shape(node.inputs[0])
        input = binder.values(node.inputs[0])
        rectifies = op.rectifiesInput
        arithmetic = Self.arithmetic(within: binder.arithmetic)
        packed = binder.address(of: PackedWeight(weight: op.weight, packing: .winograd(arithmetic)))
        output = binder.values(node.output)
        outputCount = op.weight.shape[0]
        epilogue = binder.epilogue(of: node)
        let tileCount = ((inputShape[1] + 3) / 4) * ((inputShape[2] + 3) / 4)
        tiles = Cut(tileCount, limit: Tiles.winogradTileCount, step: 12)
    }

    var taskCount: Int { inputShape[0] * tiles.count }
    private var offsetByteCount: Int { RowOffsets.byteCount(rowCount: 16 * tiles.size, tapCount: 0) }
    var scratchByteCount: Int {
        offsetByteCount
            + epilogue.kernels.winograd_scratch(arithmetic.kernelValue, tiles.size, outputCount, inputShape[3])
    }

    func run(task: Int, _ context: TaskContext) {
        let image = task / tiles.count
        let tiles = tiles[task % tiles.count]
        let (rows, columns, channels) = (inputShape[1], inputShape[2], inputShape[3])
        var source = cpu_winograd_input(
            map: input, first_element: image * rows * columns * channels, rows: rows, columns: columns,
            channels: channels, rectifies: rectifies ? 1 : 0, arithmetic: arithmetic.kernelValue,
            first_tile: tiles.lowerBound, tile_count: tiles.count)
        let scratch = context.scratch + offsetByteCount
        let kernels = epilogue.kernels
        let result = kernels.winograd(&source, outputCount, packed, scratch)
        let offsets = RowOffsets(count: 16 * tiles.count, tapCount: 0, at: context.scratch)
        fill(offsets, tiles, image: image)
        epilogue.withKernelEpilogue { epilogue in
            var (epilogue, pixels, output) = (epilogue, offsets.kernelValue, output)
            kernels.finish_rows(
                &epilogue, &pixels, 0, outputCount, result, kernels.winograd_columns(outputCount), &output)
        }
    }

    /// Tells where the 16 pixels of each tile go; those outside the map go nowhere.
    private func fill(_ offsets: RowOffsets, _ tiles: Range<Int>, image: Int) {
        let (rows, columns) = (inputShape[1], inputShape[2])
        let tilesAcross = (columns + 3) / 4
        for (index, tile) in tiles.enumerated() {
            for pixel in 0..<16 {
                let (row, column) = (tile / tilesAcross * 4 + pixel / 4, tile % tilesAcross * 4 + pixel % 4)
                let isInside = row < rows && column < columns
                offsets.outputs[16 * index + pixel] =
                    isInside ? ((image * rows + row) * columns + column) * outputCount : -1
            }
        }
    }
}
