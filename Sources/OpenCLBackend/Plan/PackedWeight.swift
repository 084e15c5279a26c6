import TensorCore

/// A product's weight as `pack_weights.cl` lays it out.
struct PackedWeight: Sendable, Hashable {
    let weight: Weight
    let phases: Int
    let columns: Int
    let taps: Int
    /// Of one tap.
    let channels: Int
    let panel: Int
    /// Channels that lie side by side for each column: 1, or a slab for matrix units.
    let slab: Int

    /// With the zeros that fill panels and slabs.
    var elementCount: Int {
        phases * ((columns + panel - 1) / panel) * panel * taps * ((channels + slab - 1) / slab) * slab
    }
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
