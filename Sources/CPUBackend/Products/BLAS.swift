import COpenBLAS
import CPUKernels

/// The system's BLAS, called from many threads at once, each call on the caller's thread alone.
enum BLAS {
    /// Turns the library's own threads off, once and for the whole process: the pool's workers each make calls of
    /// their own, and the order of a sum must not depend on how many threads there are.
    static let singleThreaded: Void = openblas_set_num_threads(1)

    static var version: String {
        String(cString: openblas_get_config()).split(separator: " ").prefix(2).joined(separator: " ")
    }
    /// The kernels that the library chose for this processor.
    static var coreType: String { String(cString: openblas_get_corename()) }

    /// [m, k] x [k, n], row-major, for weight expressions.
    @Sendable static func multiply(_ left: [Float], _ right: [Float], _ m: Int, _ n: Int, _ k: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: m * n) { buffer, count in
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, left, blasint(k),
                right, blasint(n), 0, buffer.baseAddress, blasint(n))
            count = m * n
        }
    }
}

/// A matrix in memory: its first element and the distance between rows, in elements.
struct Matrix {
    let base: UnsafePointer<Float>
    let stride: Int
}

/// sums [rows, stride] = or += left [rows, depth] right [columns, depth]^T.
func multiply(
    rows: Int, columns: Int, depth: Int, _ left: Matrix, _ right: Matrix, accumulates: Bool,
    into sums: UnsafeMutablePointer<Float>, stride: Int, kernels: cpu_kernels
) {
    if columns < Tiles.narrowColumnCount {
        kernels.narrow_product(
            rows, columns, depth, left.base, left.stride, right.base, right.stride, accumulates ? 1 : 0, sums, stride)
    } else {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(columns), blasint(depth), 1, left.base,
            blasint(left.stride), right.base, blasint(right.stride), accumulates ? 1 : 0, sums, blasint(stride))
    }
}
