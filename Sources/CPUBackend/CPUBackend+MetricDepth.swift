import CPUKernels

extension CPUBackend {
    /// Metric depth at the photograph's own size: the map of inverse depth times `scale`, resized (bilinear, half-pixel
    /// centres), limited to 1e-4 ... 1e4, and its reciprocal. (Depth Pro: `DepthPro.infer`.)
    ///
    /// - Parameters:
    ///   - inverseDepth: canonical inverse depth, [side, side].
    ///   - side: rows and columns of the map.
    ///   - height: rows of the result.
    ///   - width: columns of the result.
    ///   - scale: width in pixels divided by focal length in pixels.
    /// - Returns: metres, [height, width], each within 1e-4 ... 1e4; NaN where the inverse depth is NaN.
    package func metricDepth(inverseDepth: [Float], side: Int, height: Int, width: Int, scale: Float) -> [Float] {
        precondition(side > 0 && inverseDepth.count == side * side && height >= 0 && width >= 0)
        let rows = Cut(height, limit: 32)
        return [Float](unsafeUninitializedCapacity: height * width) { buffer, count in
            count = height * width
            guard count > 0, let output = buffer.baseAddress else { return }
            inverseDepth.withUnsafeBufferPointer { input in
                guard let input = input.baseAddress else { return }
                pool.run(rows.count) { task, _ in
                    for row in rows[task] {
                        cpu_metric_depth_row(input, side, height, width, row, scale, output + row * width)
                    }
                }
            }
        }
    }
}
