/// A kernel and the extents that decide how it is best cut: what a choice is found by.
package struct TunedShape: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The kernel's name: `linear`, `conv2d`, `attention`.
    package let kernel: String
    /// Rows of the left factor up to the next power of two; tokens of attention.
    package let rows: Int
    /// Columns of the result; elements of a head in attention.
    package let columns: Int
    /// Terms of a sum; elements of a head in attention.
    package let depth: Int

    package init(product kernel: String, rows: Int, columns: Int, depth: Int) {
        self.init(kernel: kernel, rows: Self.bucket(rows), columns: columns, depth: depth)
    }

    package init(attentionOf tokens: Int, headWidth: Int) {
        self.init(kernel: "attention", rows: tokens, columns: headWidth, depth: headWidth)
    }

    private init(kernel: String, rows: Int, columns: Int, depth: Int) {
        self.kernel = kernel
        self.rows = rows
        self.columns = columns
        self.depth = depth
    }

    /// Products whose weights may be the same ones: they must agree on panels, so that weights are packed once. Attention
    /// has none and agrees with nobody.
    var weightClass: TunedShape {
        isAttention ? self : TunedShape(kernel: kernel, rows: 0, columns: columns, depth: depth)
    }

    var isAttention: Bool { kernel == "attention" }

    package var description: String {
        isAttention ? "\(rows) tokens, heads of \(columns)" : "\(rows) x \(columns) x \(depth)"
    }

    private static func bucket(_ rows: Int) -> Int {
        var bucket = 1
        while bucket < rows { bucket *= 2 }
        return bucket
    }
}
