/// How a product is cut: the constants of `product_tile.cl` and `product_vector.cl`. Sums run in the same order for
/// every one of them.
struct ProductTile: Sendable, Hashable {
    let form: KernelForm
    /// Rows of a work-group, or of a lone item.
    let rows: Int
    /// Columns of a work-group and of a panel of packed weights.
    let panel: Int
    /// Rows and columns of an item; the whole tile for a lone item.
    let itemRows: Int
    let itemColumns: Int

    /// Work-items of a work-group.
    var groupSize: Int { (rows / itemRows) * (panel / itemColumns) }

    var constants: [String: Int] {
        switch form {
        case .tile:
            ["TILE_ROWS": rows, "PANEL": panel, "ITEM_ROWS": itemRows, "ITEM_COLUMNS": itemColumns, "WIDTH": 4]
        case .vector:
            ["PANEL": panel, "ITEM_ROWS": itemRows, "WIDTH": 16]
        }
    }

    private static func tile(_ rows: Int, _ panel: Int, items: (rows: Int, columns: Int)) -> ProductTile {
        ProductTile(form: .tile, rows: rows, panel: panel, itemRows: items.rows, itemColumns: items.columns)
    }

    private static func vector(_ rows: Int, _ panel: Int) -> ProductTile {
        ProductTile(form: .vector, rows: rows, panel: panel, itemRows: rows, itemColumns: panel)
    }

    /// Work-groups that keep a large GPU busy; smaller products take smaller tiles.
    private static let enoughGroups = 256

    /// The panel for a weight of so many columns. Every product with that weight reads the same panels, so that nothing
    /// else may decide.
    static func panel(columns: Int, _ limits: KernelLimits) -> Int {
        switch limits.forms.product {
        case .tile: limits.workGroupSize < 256 || columns <= 32 ? 32 : columns <= 64 ? 64 : 128
        case .vector: columns <= 16 ? 16 : columns <= 32 ? 32 : 64
        }
    }

    init(form: KernelForm, rows: Int, panel: Int, itemRows: Int, itemColumns: Int) {
        self.form = form
        self.rows = rows
        self.panel = panel
        self.itemRows = itemRows
        self.itemColumns = itemColumns
    }

    /// The tile for a product of `rows` x `columns`, `phases` times.
    init(rows: Int, columns: Int, phases: Int, _ limits: KernelLimits) {
        let panel = Self.panel(columns: columns, limits)
        switch (limits.forms.product, panel) {
        case (.vector, 16): self = .vector(12, 16)
        case (.vector, 32): self = .vector(8, 32)
        case (.vector, _): self = .vector(6, 64)
        case (.tile, 32) where limits.workGroupSize < 128: self = .tile(32, 32, items: (4, 4))
        case (.tile, 32): self = .tile(128, 32, items: (8, 4))
        case (.tile, 64): self = .tile(64, 64, items: (4, 4))
        case (.tile, _):
            let groups = (rows + 127) / 128 * ((columns + panel - 1) / panel) * phases
            self = groups >= Self.enoughGroups ? .tile(128, 128, items: (8, 8)) : .tile(64, 128, items: (8, 8))
        }
    }
}
