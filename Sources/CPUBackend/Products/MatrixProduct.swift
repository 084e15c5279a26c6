import CPUKernels
import TensorCore

extension cpu_kernels: @unchecked @retroactive Sendable {}  // addresses of functions and of a literal

extension cpu_kernels {
    /// [m, k] x [k, n] in float32, row-major, on the caller's thread: for weight expressions.
    @Sendable func multiply(_ left: [Float], _ right: [Float], _ m: Int, _ n: Int, _ k: Int) -> [Float] {
        let shape = ProductShape(matrixCount: 1, columnCount: n, tapCount: 1, channelCount: k)
        let packed = UnsafeMutableRawPointer.allocate(
            byteCount: packed_size(cpu_arithmetic_float32, n, 1, k), alignment: 64)
        defer { packed.deallocate() }
        pack(cpu_arithmetic_float32, n, 1, k, transposed(right, rows: k, columns: n), packed)
        return [Float](unsafeUninitializedCapacity: m * n) { result, count in
            count = m * n
            left.withUnsafeBufferPointer { left in
                guard let input = left.baseAddress, let output = result.baseAddress else { return }
                let product = BoundProduct(
                    shape: shape, arithmetic: .float32,
                    input: cpu_values(base: UnsafeMutableRawPointer(mutating: input), type: cpu_type_float32),
                    rectifies: false, weights: packed, epilogue: BoundEpilogue(kernels: self),
                    output: cpu_values(base: output, type: cpu_type_float32))
                product.runAll(PixelGrid(vectorsOf: [m, k], to: [m, n]))
            }
        }
    }
}

extension BoundProduct {
    /// Computes everything, block by block, with scratch memory of its own.
    fileprivate func runAll(_ grid: PixelGrid) {
        let rows = Cut(grid.pixelCount, limit: Tiles.productRowCount, step: Tiles.productRowStep)
        let columns = Cut(
            shape.columnCount, limit: Tiles.productColumnCount(arithmetic), step: Tiles.productColumnStep)
        let offsetByteCount = RowOffsets.byteCount(rowCount: rows.size, tapCount: shape.tapCount)
        let scratch = UnsafeMutableRawPointer.allocate(
            byteCount: offsetByteCount + scratchByteCount(rows: rows.size, columns: columns.size), alignment: 64)
        defer { scratch.deallocate() }
        for block in 0..<rows.count {
            let offsets = RowOffsets(count: rows[block].count, tapCount: shape.tapCount, at: scratch)
            grid.fill(offsets, pixels: rows[block])
            for index in 0..<columns.count {
                run(matrix: 0, rows: offsets, columns: columns[index], scratch: scratch + offsetByteCount)
            }
        }
    }
}

/// [rows, columns] to [columns, rows], in squares that stay in cache.
private func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    let side = 32
    return [Float](unsafeUninitializedCapacity: rows * columns) { result, count in
        count = rows * columns
        for top in stride(from: 0, to: rows, by: side) {
            for left in stride(from: 0, to: columns, by: side) {
                for row in top..<min(top + side, rows) {
                    for column in left..<min(left + side, columns) {
                        result[column * rows + row] = values[row * columns + column]
                    }
                }
            }
        }
    }
}
