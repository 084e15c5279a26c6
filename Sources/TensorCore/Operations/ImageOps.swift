/// 8-bit RGB of any size, [rows, columns, 3], to a square float map in [-1, 1]: x / 127.5 - 1, then bilinear with
/// half-pixel centres and no antialiasing. The aspect ratio is not kept. (Depth Pro: `DepthPro.infer`.)
package struct PrepareImage: Sendable, Hashable {
    package let side: Int

    package init(side: Int) { self.side = side }
}

/// Bilinear reduction by an even factor: with half-pixel centres that is the mean of the centre 2 x 2 of each
/// `factor` x `factor` block.
package struct Downsample: Sendable, Hashable {
    package let factor: Int

    package init(factor: Int) { self.factor = factor }
}

/// A square window of one of an operation's input maps.
package struct Crop: Sendable, Hashable {
    /// Which of the operation's inputs.
    package let input: Int
    package let row: Int
    package let column: Int

    package init(input: Int, row: Int, column: Int) {
        self.input = input
        self.row = row
        self.column = column
    }
}
