import TensorCore

/// A product's weight as `pack_weights.cl` lays it out.
struct PackedWeight: Sendable, Hashable {
    let weight: Weight
    let phases: Int
    let columns: Int
    /// Taps times channels.
    let depth: Int
    let panel: Int

    var elementCount: Int { phases * ((columns + panel - 1) / panel) * depth * panel }
}

/// Constants of one width that kernels read as floats: weights one behind the other, each row padded with zeros to whole
/// panels.
struct VectorBlock: Sendable, Hashable {
    let weights: [Weight]
    let columns: Int
    /// Elements from row to row.
    let pitch: Int

    init(_ weights: [Weight], panel: Int) {
        self.weights = weights
        columns = weights.first?.shape.channels ?? 0
        pitch = (columns + panel - 1) / panel * panel
    }

    var rowCount: Int { weights.reduce(0) { $0 + $1.shape.elementCount / max(1, columns) } }
    var elementCount: Int { rowCount * pitch }
}
