import TensorCore

/// The cuts that a tuner tries, and the only ones that a tuning file may name. The first is the one without tuning, of a
/// product with as many rows as its bucket.
/// Every product adds the same numbers in the same order whatever its cut is, and no cut takes more than 48 KB of local
/// memory: more than that a GPU's driver may refuse.
struct TuningCandidates {
    private let limits: KernelLimits

    init(_ limits: KernelLimits) { self.limits = limits }

    func cuts(for shape: TunedShape) -> [TunedCuts.Cut] {
        shape.isAttention
            ? attention(shape).map(TunedCuts.Cut.attention) : products(shape).map(TunedCuts.Cut.product)
    }

    private func products(_ shape: TunedShape) -> [ProductTile] {
        let phases = ["upsample_conv", "subpixel_conv"].contains(shape.kernel) ? 4 : 1
        let untuned = ProductTile(rows: shape.rows, columns: shape.columns, phases: phases, limits)
        guard !untuned.isNarrow else { return [untuned] }
        let others: [ProductTile] =
            switch limits.forms.product {
            case .vector: vectors(shape.columns)
            case .tile: tiles(shape.columns)
            case .matrix(let unit), .emulation(let unit): matrix(limits.forms.product, unit, shape.columns)
            }
        return [untuned] + others.filter { $0 != untuned }
    }

    /// Sums fill most of the vector registers: 32 of 16 floats, 16 of 8, or 32 of 8 where a driver's compiler splits
    /// vectors.
    private func vectors(_ columns: Int) -> [ProductTile] {
        let shapes = [
            (32, 6), (16, 14), (32, 8), (64, 3), (64, 4), (32, 12), (32, 10), (16, 8), (16, 12), (64, 5), (64, 6),
            (16, 24), (128, 3), (32, 4), (128, 2), (16, 6), (16, 7), (16, 5), (32, 3),
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

    private func matrix(_ form: KernelForm, _ unit: MatrixUnit, _ columns: Int) -> [ProductTile] {
        let greatest = unit.greatestSubTile
        let shapes = [
            (128, 128, 2, 2), (64, 128, 2, 2), (128, 64, 2, 2), (64, 64, 2, 2), (128, 32, 4, 1), (64, 32, 2, 1),
            (128, 128, 4, 2), (128, 64, 4, 1), (256, 64, 4, 1), (256, 128, 4, 2),
        ]
        return shapes.flatMap { rows, panel, down, across in
            [nil, 2, 3, 4].map { slots in
                var tile = ProductTile(
                    form: form, rows: rows, panel: panel, itemRows: min(rows / down, greatest.rows),
                    itemColumns: min(panel / across, greatest.columns))
                tile.chosenSlots = slots == unit.slots ? nil : slots
                return tile
            }
        }.filter { $0.fitsMatrixForm(unit, limits) && ($0.panel == 32 || $0.panel < 2 * columns) }.withoutRepetition
    }

    private func attention(_ shape: TunedShape) -> [AttentionCut] {
        let untuned = AttentionCut(headWidth: shape.columns, tokens: shape.rows, limits)
        let others: [AttentionCut] =
            switch untuned.form {
            case .vector: vectorAttention(tokens: shape.rows)
            case .tile:
                [64, 32, 16, 8].map { AttentionCut(form: .tile, queries: $0) }.filter { $0.queries <= untuned.queries }
            case .matrix(let unit), .emulation(let unit):
                [128, 64, 32].flatMap { queries in
                    [64, 32, 16].map { AttentionCut(form: untuned.form, queries: queries, keys: $0) }
                }.filter { $0.fitsMatrixForm(headWidth: shape.columns, unit, limits) }
            }
        return [untuned] + others.filter { $0 != untuned }
    }

    private func vectorAttention(tokens: Int) -> [AttentionCut] {
        let items = (1...16).map { (tokens + $0 - 1) / $0 }.filter { $0 <= 200 }.prefix(3)
        return Set(items).sorted(by: >).flatMap { queries in
            [nil, 32, 128].flatMap { keys in
                [nil, 1, 2, 3, 6].map { AttentionCut(form: .vector, queries: queries, keys: keys, atOnce: $0) }
            }
        }
    }
}

extension KernelLimits {
    /// Every candidate for a shape, in force whatever the shape: what tests prove right one by one.
    package func withCandidates(for shape: TunedShape) -> [(constants: [String: Int], limits: KernelLimits)] {
        TuningCandidates(self).cuts(for: shape).map { cut in
            var limits = self
            limits.tuning.force(cut)
            return (cut.constants, limits)
        }
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

    /// What `product_matrix.cl` requires; local memory is slots of both factors, and at the end strips of sums as floats.
    func fitsMatrixForm(_ unit: MatrixUnit, _ limits: KernelLimits) -> Bool {
        groupSize <= limits.workGroupSize && rows * 4 % groupSize == 0
            && localByteCount(unit) <= min(limits.localMemoryByteCount, 48 << 10)
    }
}

extension TunedCuts.Cut {
    /// What part of a result an item or a work-group computes. Candidates of one outline differ in less usual constants:
    /// the first of them speaks for all, until it leads.
    var outline: [Int] {
        switch self {
        case .product(let tile): [tile.rows, tile.panel, tile.itemRows, tile.itemColumns]
        case .attention(let cut): [cut.queries, cut.form == .vector ? 0 : cut.keys ?? 0]
        }
    }

    /// The panel of packed weights that it needs; nil for attention, which has none.
    var panel: Int? {
        guard case .product(let tile) = self else { return nil }
        return tile.panel
    }

    /// Whether sums run in the same order: attention rescales after each block of keys.
    func keepsOrder(of other: TunedCuts.Cut) -> Bool {
        guard case .attention(let cut) = self, case .attention(let before) = other else { return true }
        return cut.keys == before.keys
    }
}
