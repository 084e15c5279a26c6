/// Where work is cut. Sizes depend on an operation's shape alone, never on the number of threads or of crops, so that
/// a sum always runs in the same order.
enum Tiles {
    /// Rows of a product's tile at most: the 577 tokens of a crop are one tile, because each call packs its part of the
    /// weights anew. (Half of that is 2 to 3 % slower.)
    static let productRowCount = 640
    /// Columns of a product's tile at most: the narrowest layers still have two tiles for each crop. (256 columns are
    /// 4 % slower.)
    static let productColumnCount = 512
    /// Output pixels of a convolution's tile, about.
    static let pixelCount = 512
    /// Floats of input that a convolution's tile copies, about: 1.5 MB.
    static let windowFloatCount = 384 << 10
    /// Input channels from which a convolution multiplies tap by tap; with fewer, gathering all taps first is faster.
    static let tapChannelCount = 64
    /// Input and output channels from which Winograd's transforms pay.
    static let winogradChannelCount = 32
    /// 4x4 tiles of one Winograd task.
    static let winogradTileCount = 48
    /// Products of fewer columns go to a kernel of their own.
    static let narrowColumnCount = 4
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
