/// Where work is cut. Sizes depend on an operation's shape alone, never on the number of threads or of crops, so that
/// a sum always runs in the same order.
enum Tiles {
    /// Rows of a product's block at most: 2 KB of the depth of each are 240 KB, a quarter of a second-level cache.
    static let productRowCount = 120
    /// Rows of a block are a multiple of this where the extent allows: whole tiles of every kernel form.
    static let productRowStep = 12
    /// Columns of a product's block at most: each block copies its rows anew, and 8-bit inputs cost most to make.
    static func productColumnCount(_ arithmetic: Arithmetic) -> Int { arithmetic == .int8 ? 1024 : 512 }
    /// Columns of a block are a multiple of this, the widest panel.
    static let productColumnStep = 32
    /// Input and output channels from which Winograd's transforms pay.
    static let winogradChannelCount = 32
    /// 4x4 tiles of one Winograd task: their 36 matrices stay in a second-level cache. (48 are 2 % slower in float32 and 10 %
    /// in bfloat16.)
    static let winogradTileCount = 24
    /// Elements that an elementwise task takes, about.
    static let elementwiseFloatCount = 64 << 10
    /// Queries that share one packing of a head's keys and values.
    static let queryCount = 640
}

/// A range cut into parts of equal size, the last one smaller.
struct Cut {
    let extent: Int
    let size: Int
    let count: Int

    /// Cuts `extent` into parts of at most `limit`, whose size is a multiple of `step` where `limit` allows.
    init(_ extent: Int, limit: Int, step: Int = 1) {
        let parts = max(1, (extent + limit - 1) / limit)
        let even = (extent + parts - 1) / parts
        let size = max(1, min(limit, (even + step - 1) / step * step))
        self.extent = extent
        self.size = size
        count = max(1, (extent + size - 1) / size)
    }

    subscript(index: Int) -> Range<Int> { (index * size)..<min(extent, (index + 1) * size) }
}
