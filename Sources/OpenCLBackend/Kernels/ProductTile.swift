import OpenCLKernels

/// How a product is cut: the constants of `product_tile.cl`, `product_narrow.cl`, `product_vector.cl` and
/// `product_matrix.cl`. Sums run in the same order for all of one file.
struct ProductTile: Sendable, Hashable {
    let form: KernelForm
    /// Rows of a work-group, or of a lone item.
    let rows: Int
    /// Columns of a work-group and of a panel of packed weights.
    let panel: Int
    /// Rows and columns of an item; the whole tile for a lone item, those of a sub-group for matrix units.
    let itemRows: Int
    let itemColumns: Int
    /// Channels that are copied or staged at a time, but for matrix units; nil for the file's default.
    let depth: Int?
    /// ``slots`` where the tuner or a small local memory chose them.
    var chosenSlots: Int?

    /// Whether items take a row each, and all of its few columns: `product_narrow.cl`.
    var isNarrow: Bool { form == .tile && panel == Self.narrowPanel }

    /// Work-items of a work-group.
    var groupSize: Int {
        form == .vector ? 1 : (rows / itemRows) * (panel / itemColumns) * (form.matrixUnit?.laneCount ?? 1)
    }

    /// The files behind the operation's.
    var sources: [KernelSource] {
        switch form {
        case .tile: [isNarrow ? .productNarrow : .productTile]
        case .vector: [.productVector]
        case .matrix, .emulation: (MatrixProgram(form)?.sources ?? []) + [.productMatrix]
        }
    }

    /// The kernel's constants; ``slabsOfStep(channels:localMemoryByteCount:)`` comes to them.
    var constants: [String: Int] {
        switch form {
        case .tile where isNarrow: ["TILE_ROWS": rows, "PANEL": panel, "WIDTH": 4]
        case .tile:
            ["TILE_ROWS": rows, "PANEL": panel, "ITEM_ROWS": itemRows, "ITEM_COLUMNS": itemColumns, "WIDTH": 4]
                .merging(depth.map { ["TILE_DEPTH": $0] } ?? [:]) { $1 }
        case .vector:
            ["PANEL": panel, "ITEM_ROWS": itemRows, "WIDTH": 16].merging(depth.map { ["SLAB": $0] } ?? [:]) { $1 }
        case .matrix, .emulation:
            ["TILE_ROWS": rows, "PANEL": panel, "SUB_ROWS": itemRows, "SUB_COLUMNS": itemColumns]
                .merging(slots.map { ["STAGES": $0] } ?? [:]) { $1 }
        }
    }

    /// Slots of local memory of a matrix unit, each with a step of both factors; nil for the file's default. There are more
    /// for the tiles that only a wide form has, and for emulated ones.
    var slots: Int? { chosenSlots ?? (form.matrixUnit?.isWide == true && (rows > 128 || form.isEmulation) ? 4 : nil) }

    /// Bytes of local memory on a matrix unit, where a step is one slab: slots, then a strip of sums.
    func localByteCount(_ unit: MatrixUnit) -> Int {
        let slotByteCount = 2 * MatrixUnit.slab * (rows + panel)
        let stripByteCount = 4 * groupSize / unit.laneCount * unit.rowCount * (min(itemColumns, 64) + 8)
        return max((slots ?? unit.slots) * slotByteCount, stripByteCount)
    }

    /// How many slabs of a tap of so many channels a step of `product_matrix.cl` takes. Two where the tile leaves room for
    /// two in each slot: a small tile has few multiplications for each barrier and each address.
    func slabsOfStep(channels: Int, localMemoryByteCount: Int) -> Int {
        guard form.matrixUnit?.copiesAsynchronously == true, channels % (2 * MatrixUnit.slab) == 0 else { return 1 }
        let byteCount = 2 * (slots ?? 2) * (rows + panel) * MatrixUnit.slab * MemoryLayout<UInt16>.size
        return byteCount <= min(localMemoryByteCount, 48 << 10) ? 2 : 1
    }

    private static func tile(_ rows: Int, _ panel: Int, items: (rows: Int, columns: Int)) -> ProductTile {
        ProductTile(form: .tile, rows: rows, panel: panel, itemRows: items.rows, itemColumns: items.columns)
    }

    private static func vector(_ rows: Int, _ panel: Int) -> ProductTile {
        ProductTile(form: .vector, rows: rows, panel: panel, itemRows: rows, itemColumns: panel)
    }

    /// `subTiles` of them in each direction, or as many as a sub-group's registers ask for.
    private static func matrix(
        _ form: KernelForm, _ unit: MatrixUnit, _ rows: Int, _ panel: Int, subTiles: (down: Int, across: Int)
    ) -> ProductTile {
        let greatest = unit.greatestSubTile
        return ProductTile(
            form: form, rows: rows, panel: panel, itemRows: min(rows / subTiles.down, greatest.rows),
            itemColumns: min(panel / subTiles.across, greatest.columns))
    }

    /// A panel so narrow that on a GPU there is nothing to share.
    static let narrowPanel = 4

    /// The panel for a weight of so many columns without tuning. Every product with that weight reads the same panels, so
    /// that nothing else may decide.
    static func panel(columns: Int, _ limits: KernelLimits) -> Int {
        switch limits.forms.product {
        case .tile where columns <= narrowPanel, .matrix where columns <= narrowPanel: narrowPanel
        case .emulation where columns <= narrowPanel: narrowPanel
        case .tile: limits.workGroupSize < 256 || columns <= 32 ? 32 : columns <= 64 ? 64 : 128
        case .vector where limits.hasNarrowVectors: 16
        case .vector: columns <= 16 ? 16 : columns <= 32 ? 32 : 64
        case .matrix(.plain), .matrix(.plainStaged), .emulation: 32
        case .matrix: columns <= 32 ? 32 : columns <= 64 ? 64 : 128
        }
    }

    init(form: KernelForm, rows: Int, panel: Int, itemRows: Int, itemColumns: Int, depth: Int? = nil) {
        self.form = form
        self.rows = rows
        self.panel = panel
        let least = form.matrixUnit?.leastSubTile ?? (rows: 1, columns: 1)
        self.itemRows = max(itemRows, least.rows)
        self.itemColumns = min(panel, max(itemColumns, least.columns))
        self.depth = depth
    }

    /// The tile for a product of `rows` x `columns`, `phases` times.
    init(rows: Int, columns: Int, phases: Int, _ limits: KernelLimits) {
        let panel = Self.panel(columns: columns, limits)
        let groups = { (tileRows: Int) in (rows + tileRows - 1) / tileRows * ((columns + panel - 1) / panel) * phases }
        switch (limits.forms.product, panel) {
        case (_, Self.narrowPanel):
            self = .tile(min(64, limits.workGroupSize), panel, items: (1, panel))
        case (.matrix(let unit), _) where unit.isPlain:
            self = .matrix(limits.forms.product, unit, 64, panel, subTiles: (2, 2))
        // Small, because nobody waits for it but tests.
        case (.emulation(let unit), _):
            self = .matrix(limits.forms.product, unit, 2 * max(32, unit.leastSubTile.rows), panel, subTiles: (2, 2))
        // Two sub-groups with more sums each: a matrix unit that is driven by single warps waits for loads otherwise.
        case (.matrix(let unit), 32) where unit == .mma || unit == .mmaWide:
            self = .matrix(.matrix(unit), unit, 128, 32, subTiles: (2, 1))
        case (.matrix(let unit), 32): self = .matrix(.matrix(unit), unit, 128, 32, subTiles: (4, 1))
        case (.matrix(let unit), 128) where unit.isWide && groups(256) >= limits.enoughGroups:
            self = .matrix(.matrix(unit), unit, 256, panel, subTiles: (4, 2))
        case (.matrix(let unit), _):
            let tileRows = groups(128) >= limits.enoughGroups || panel < 128 ? 128 : 64
            self = .matrix(.matrix(unit), unit, tileRows, panel, subTiles: (2, 2))
        case (.vector, _) where limits.hasNarrowVectors: self = .vector(5, 16)
        case (.vector, 16): self = .vector(12, 16)
        case (.vector, 32): self = .vector(8, 32)
        case (.vector, _): self = .vector(6, 64)
        case (.tile, 32) where limits.workGroupSize < 128: self = .tile(32, 32, items: (4, 4))
        case (.tile, 32): self = .tile(128, 32, items: (8, 4))
        case (.tile, 64): self = .tile(64, 64, items: (4, 4))
        case (.tile, _):
            self = groups(128) >= limits.enoughGroups ? .tile(128, 128, items: (8, 8)) : .tile(64, 128, items: (8, 8))
        }
        if let unit = form.matrixUnit, !unit.isWide, localByteCount(unit) > limits.localMemoryByteCount {
            chosenSlots = 2
        }
    }
}
