import COpenBLAS

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
