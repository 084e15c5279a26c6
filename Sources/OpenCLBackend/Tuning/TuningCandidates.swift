/// The cuts that a tuner tries, and the only ones that a tuning file may name. The first is the one without tuning.
/// Every product adds the same numbers in the same order whatever its cut is.
struct TuningCandidates {
    private let limits: KernelLimits

    init(_ limits: KernelLimits) { self.limits = limits }

    func cuts(for shape: TunedShape) -> [TunedCuts.Cut] {
        shape.kernel == "attention"
            ? attention(shape).map(TunedCuts.Cut.attention) : products(shape).map(TunedCuts.Cut.product)
    }

    private func products(_ shape: TunedShape) -> [ProductTile] {
        let untuned = ProductTile(rows: shape.rows, columns: shape.columns, phases: 1, limits)
        let others: [ProductTile] =
            switch limits.forms.product {
            case .vector: vectors(shape.columns)
            case .tile: tiles(shape.columns)
            case .matrix(let unit) where unit != .plain: matrix(unit, shape.columns)
            case .matrix, .emulation: []
            }
        return [untuned] + others.filter { $0 != untuned }
    }

    /// Sums fill most of the vector registers: 32 of 16 floats, or of 8 where a driver's compiler splits vectors.
    private func vectors(_ columns: Int) -> [ProductTile] {
        let shapes = [
            (32, 6), (16, 14), (32, 8), (64, 3), (64, 4), (32, 12), (32, 10), (16, 8), (16, 12), (64, 5), (64, 6),
            (16, 24), (128, 3), (32, 4), (128, 2),
        ]
        return shapes.flatMap { panel, rows in
            [nil, 128, 256].map { depth in
                ProductTile(
                    form: .vector, rows: rows, panel: panel, itemRows: rows, itemColumns: panel, depth: depth)
            }
        }.filter { $0.panel == 16 || $0.panel < 2 * columns }
    }

    private func tiles(_ columns: Int) -> [ProductTile] {
        let shapes = [
            (128, 128, 8, 8), (64, 128, 8, 8), (128, 64, 8, 8), (128, 64, 8, 4), (64, 64, 4, 4), (64, 64, 8, 4),
            (128, 32, 8, 4), (64, 32, 4, 4), (32, 32, 4, 4), (128, 128, 8, 4), (256, 64, 8, 8),
        ]
        return shapes.flatMap { rows, panel, itemRows, itemColumns in
            [nil, 8, 32].map { depth in
                ProductTile(
                    form: .tile, rows: rows, panel: panel, itemRows: itemRows, itemColumns: itemColumns, depth: depth)
            }
        }.filter { $0.fitsTileForm(limits) && ($0.panel == 32 || $0.panel < 2 * columns) }
    }

    private func matrix(_ unit: MatrixUnit, _ columns: Int) -> [ProductTile] {
        let greatest = unit.greatestSubTile
        return [(128, 128, 2, 2), (64, 128, 2, 2), (128, 64, 2, 2), (64, 64, 2, 2), (128, 32, 4, 1), (64, 32, 2, 1)]
            .map { rows, panel, down, across in
                ProductTile(
                    form: .matrix(unit), rows: rows, panel: panel, itemRows: min(rows / down, greatest.rows),
                    itemColumns: min(panel / across, greatest.columns))
            }.filter { $0.groupSize <= limits.workGroupSize && ($0.panel == 32 || $0.panel < 2 * columns) }
    }

    private func attention(_ shape: TunedShape) -> [AttentionCut] {
        let untuned = AttentionCut(headWidth: shape.columns, tokens: shape.rows, limits)
        var others: [AttentionCut] = []
        switch untuned.form {
        case .vector:
            let items = (1...16).map { (shape.rows + $0 - 1) / $0 }.filter { $0 <= 200 }.prefix(3)
            for queries in Set(items).sorted(by: >) {
                for keys in [nil, 32, 128] {
                    for atOnce in [nil, 2, 3, 6] {
                        others.append(AttentionCut(form: .vector, queries: queries, keys: keys, atOnce: atOnce))
                    }
                }
            }
        case .tile:
            others = [64, 32, 16, 8].map { AttentionCut(form: .tile, queries: $0) }
                .filter { $0.queries <= untuned.queries }
        case .matrix, .emulation: break
        }
        return [untuned] + others.filter { $0 != untuned }
    }
}

extension ProductTile {
    /// What `product_tile.cl` requires.
    func fitsTileForm(_ limits: KernelLimits) -> Bool {
        let depth = depth ?? 16
        let localByteCount = 4 * depth * (rows + 4 + panel)
        return groupSize <= limits.workGroupSize && localByteCount <= min(limits.localMemoryByteCount, 48 << 10)
            && rows * depth / 4 % groupSize == 0 && depth * panel / 4 % groupSize == 0
    }
}

extension TunedCuts.Cut {
    /// Whether it differs from others in its shape alone: these are tried first.
    var isPlain: Bool {
        switch self {
        case .product(let tile): tile.depth == nil
        case .attention(let cut): cut.keys == nil && cut.atOnce == nil
        }
    }

    /// Whether it is another cut with less usual constants beside its shape.
    func isVariation(of other: TunedCuts.Cut) -> Bool {
        switch (self, other) {
        case (.product(let tile), .product(let leader)):
            tile.depth != nil && tile.rows == leader.rows && tile.panel == leader.panel
                && tile.itemRows == leader.itemRows && tile.itemColumns == leader.itemColumns
        case (.attention(let cut), .attention(let leader)): !isPlain && cut.queries == leader.queries
        case (.product, .attention), (.attention, .product): false
        }
    }
}
