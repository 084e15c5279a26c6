import CPUKernels
import TensorCore

/// A product with its operands in memory: output = epilogue(input W^T); see Kernels/CPU/product.h.
struct BoundProduct {
    let shape: ProductShape
    let arithmetic: Arithmetic
    var input: cpu_values
    let rectifies: Bool
    /// Packed, one matrix after the other.
    let weights: UnsafeRawPointer
    let epilogue: BoundEpilogue
    var output: cpu_values

    private var kernels: cpu_kernels { epilogue.kernels }

    /// Bytes of scratch memory for a block of rows and columns.
    func scratchByteCount(rows: Int, columns: Int) -> Int {
        withKernelProduct(matrix: 0) { kernels.product_scratch(&$0, rows, columns) }
    }

    /// Computes some columns of a block of rows with one of the matrices.
    func run(
        matrix: Int, rows: RowOffsets, columns: Range<Int>, scratch: UnsafeMutableRawPointer
    ) {
        var rows = rows.kernelValue
        withKernelProduct(matrix: matrix) { kernels.product(&$0, &rows, columns.lowerBound, columns.count, scratch) }
    }

    private func withKernelProduct<Result>(matrix: Int, _ body: (inout cpu_product) -> Result) -> Result {
        epilogue.withKernelEpilogue { epilogue in
            let size = kernels.packed_size(
                arithmetic.kernelValue, shape.columnCount, shape.tapCount, shape.channelCount)
            var product = cpu_product(
                input: input, tap_count: shape.tapCount, channel_count: shape.channelCount,
                rectifies: rectifies ? 1 : 0, arithmetic: arithmetic.kernelValue, weights: weights + matrix * size,
                column_count: shape.columnCount, epilogue: epilogue, output: output)
            return body(&product)
        }
    }
}

/// Where the rows of a block find their inputs and put their results, in elements; memory of a worker.
struct RowOffsets {
    let count: Int
    /// [taps, count]; -1 reads zeros.
    let inputs: UnsafeMutablePointer<Int>
    /// [count]; -1 drops the row.
    let outputs: UnsafeMutablePointer<Int>
    /// [count]
    let borderBias: UnsafeMutablePointer<Int>

    /// Bytes for blocks of up to `rowCount` rows.
    static func byteCount(rowCount: Int, tapCount: Int) -> Int {
        ((tapCount + 2) * rowCount * MemoryLayout<Int>.size + 63) / 64 * 64
    }

    init(count: Int, tapCount: Int, at memory: UnsafeMutableRawPointer) {
        self.count = count
        inputs = memory.assumingMemoryBound(to: Int.self)
        outputs = inputs + tapCount * count
        borderBias = outputs + count
    }

    var kernelValue: cpu_rows {
        cpu_rows(count: count, inputs: inputs, outputs: outputs, border_bias: borderBias)
    }
}
