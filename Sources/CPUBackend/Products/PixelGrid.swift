import TensorCore

/// The rows of a product as pixels of a grid over every image, row by row: where each pixel's taps lie in the input and
/// where its result goes in the output.
struct PixelGrid {
    /// An offset within a map.
    struct Place {
        let row: Int
        let column: Int
    }

    let imageCount: Int
    let rows: Int
    let columns: Int
    /// [images, rows, columns, channels]
    let input: Shape
    /// [images, rows, columns, channels]
    let output: Shape
    /// Where each tap lies relative to `inputStep` times the pixel.
    let taps: [Place]
    let inputStep: Int
    /// The pixel's result goes to `outputStep` times the pixel and this.
    let phase: Place
    let outputStep: Int

    var pixelCount: Int { imageCount * rows * columns }

    /// The vectors of two tensors, one for one.
    init(vectorsOf input: Shape, to output: Shape) {
        self.input = [1, 1, input.rows, input.channels]
        self.output = [1, 1, output.rows, output.channels]
        (imageCount, rows, columns) = (1, 1, input.rows)
        taps = [Place(row: 0, column: 0)]
        (inputStep, outputStep, phase) = (1, 1, Place(row: 0, column: 0))
    }

    /// The pixels of a convolution's output.
    init(_ op: Conv2D, input: Shape, output: Shape) {
        self.input = input
        self.output = output
        (imageCount, rows, columns) = (output[0], output[1], output[2])
        let kernel = op.weight.shape
        taps = (0..<(kernel[1] * kernel[2])).map { tap in
            Place(row: tap / kernel[2] - op.padding, column: tap % kernel[2] - op.padding)
        }
        (inputStep, outputStep, phase) = (op.stride, 1, Place(row: 0, column: 0))
    }

    /// The pixels of one of the four phases of an output twice as large, which see `taps`.
    init(phase: Int, taps: [Place], input: Shape, output: Shape) {
        self.input = input
        self.output = output
        (imageCount, rows, columns) = (input[0], input[1], input[2])
        self.taps = taps
        (inputStep, outputStep) = (1, 2)
        self.phase = Place(row: phase / 2, column: phase % 2)
    }

    /// Tells the offsets of a run of pixels.
    func fill(_ offsets: RowOffsets, pixels: Range<Int>) {
        let (inputRows, inputColumns, channels) = (input[1], input[2], input[3])
        let (outputRows, outputColumns, outputChannels) = (output[1], output[2], output[3])
        let count = offsets.count
        taps.withUnsafeBufferPointer { taps in
            for (index, pixel) in pixels.enumerated() {
                let (line, x) = (pixel / columns, pixel % columns)
                let (image, y) = (line / rows, line % rows)
                for tap in taps.indices {
                    let (row, column) = (y * inputStep + taps[tap].row, x * inputStep + taps[tap].column)
                    let isInside = row >= 0 && row < inputRows && column >= 0 && column < inputColumns
                    offsets.inputs[tap * count + index] =
                        isInside ? ((image * inputRows + row) * inputColumns + column) * channels : -1
                }
                let (row, column) = (y * outputStep + phase.row, x * outputStep + phase.column)
                offsets.outputs[index] =
                    ((image * outputRows + row) * outputColumns + column) * outputChannels
                let place = 3 * border(row, of: outputRows) + border(column, of: outputColumns)
                offsets.borderBias[index] = place * outputChannels
            }
        }
    }

    /// 0 for the first of `count`, 2 for the last, 1 between.
    private func border(_ index: Int, of count: Int) -> Int { index == 0 ? 0 : index == count - 1 ? 2 : 1 }
}
