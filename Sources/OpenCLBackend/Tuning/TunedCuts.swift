package import TensorCore

/// How kernels are cut for shapes that were measured; all others keep the cuts of `ProductTile` and `AttentionCut`.
package struct TunedCuts: Sendable, Hashable {
    /// By weight class and rows; nil for what is best without tuning.
    private var products: [TunedShape: [Int: ProductTile?]] = [:]
    private var attentions: [TunedShape: AttentionCut] = [:]
    /// A cut for whatever takes one of its kind, while a tuner tries it.
    private var forced: Cut?

    init() {}

    /// One choice.
    enum Cut: Sendable, Hashable {
        case product(ProductTile)
        case attention(AttentionCut)

        var constants: [String: Int] {
            switch self {
            case .product(let tile): tile.constants
            case .attention(let cut): cut.constants
            }
        }
    }

    /// The choices of records that fit a device, its forms and its limits. One that is not among today's candidates is
    /// left out: no file can make a kernel run as the tuner would not run it.
    package init(_ records: [TuningRecord], storage: DataType, _ limits: KernelLimits) {
        let precision = storage.precisionName
        for record in records where record.precision == precision {
            if record.constants.isEmpty {
                keepUntuned(record.shape)
                continue
            }
            let candidates = TuningCandidates(limits).cuts(for: record.shape)
            guard let cut = candidates.first(where: { $0.matches(record) }) else { continue }
            take(cut, record.shape)
        }
        for (weightClass, tiles) in products {
            let untuned = ProductTile.panel(columns: weightClass.columns, limits)
            let panel = tiles.max { $0.key < $1.key }.map { $0.value?.panel ?? untuned }
            products[weightClass] = tiles.filter { ($0.value?.panel ?? untuned) == panel }
        }
    }

    private mutating func take(_ cut: Cut, _ shape: TunedShape) {
        switch cut {
        case .product(let tile): products[shape.weightClass, default: [:]].updateValue(tile, forKey: shape.rows)
        case .attention(let cut): attentions[shape] = cut
        }
    }

    private mutating func keepUntuned(_ shape: TunedShape) {
        if shape.isAttention {
            attentions[shape] = nil
        } else {
            products[shape.weightClass, default: [:]].updateValue(nil, forKey: shape.rows)
        }
    }

    /// Shapes with a choice of their own.
    package var count: Int { products.values.reduce(attentions.count) { $0 + $1.count } }

    /// The choice for a shape; of products with the same weights, that for the nearest number of rows. Nil for what keeps
    /// the cut without tuning.
    subscript(shape: TunedShape) -> Cut? {
        if let forced { return forced }
        if let cut = attentions[shape] { return .attention(cut) }
        guard let tiles = products[shape.weightClass] else { return nil }
        let distance = { (rows: Int) in abs(rows.trailingZeroBitCount - shape.rows.trailingZeroBitCount) }
        let nearest = tiles.min { (distance($0.key), $0.key) < (distance($1.key), $1.key) }
        return nearest?.value.map { .product($0) }
    }

    /// The constants of the choice for a shape; nil for what keeps the cut without tuning.
    package func constants(_ shape: TunedShape) -> [String: Int]? { self[shape]?.constants }

    /// Takes a cut for every shape.
    mutating func force(_ cut: Cut) { forced = cut }
}

extension TunedCuts.Cut {
    var form: KernelForm {
        switch self {
        case .product(let tile): tile.form
        case .attention(let cut): cut.form
        }
    }

    fileprivate func matches(_ record: TuningRecord) -> Bool {
        form.rawValue == record.form && constants == record.constants
    }
}

extension KernelLimits {
    /// The tile for a product: the tuned one, or the one that the product's extents suggest.
    func tile(_ shape: TunedShape, rows: Int, phases: Int) -> ProductTile {
        if case .product(let tile) = tuning[shape] { return tile }
        return ProductTile(rows: rows, columns: shape.columns, phases: phases, self)
    }

    /// The cut of attention: the tuned one, or the one that its extents suggest.
    func attentionCut(_ shape: TunedShape) -> AttentionCut {
        if case .attention(let cut) = tuning[shape] { return cut }
        return AttentionCut(headWidth: shape.columns, tokens: shape.rows, self)
    }
}
