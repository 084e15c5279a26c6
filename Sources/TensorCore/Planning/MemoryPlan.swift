/// Where each value lies in a plan's arena. Values whose lifetimes do not meet share memory, and the output of a
/// product takes over the memory of a residual that it is the last to read.
package struct MemoryPlan: Sendable, Hashable {
    /// Every value starts at a multiple of this many bytes, a cache line.
    package static let alignment = 64

    /// How elements are stored, of values that are not wide.
    package let storage: DataType
    /// Values stored as float32 although ``storage`` is narrower.
    package let wideValues: Set<Value>
    /// Bytes of the whole arena.
    package let byteCount: Int
    /// Byte offset of each value by its index; nil for photographs and for values that nothing needs.
    package let offsets: [Int?]

    init(
        steps: [[Node]], shapes: [Shape], inputs: [(value: Value, kind: InputKind)], outputs: [Value],
        storage: DataType, wideValues: Set<Value>
    ) {
        let wideValues = storage.byteCount < 4 ? wideValues : []
        let elementByteCounts = shapes.indices.map { wideValues.contains(Value(index: $0)) ? 4 : storage.byteCount }
        var blocks = Lifetimes(
            steps: steps, elementByteCounts: elementByteCounts, inputs: inputs, outputs: outputs
        ).blocks
        for index in blocks.indices {
            let byteCount = blocks[index].values.map { shapes[$0].elementCount * elementByteCounts[$0] }.max() ?? 0
            blocks[index].byteCount = (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        }
        place(&blocks)
        var offsets = [Int?](repeating: nil, count: shapes.count)
        for block in blocks { for value in block.values { offsets[value] = block.offset } }
        self.storage = storage
        self.wideValues = wideValues
        self.offsets = offsets
        byteCount = blocks.map { $0.offset + $0.byteCount }.max() ?? 0
    }

    /// Bytes of an element, of values that are not wide.
    package var elementByteCount: Int { storage.byteCount }

    /// Bytes of one element of a value.
    package func elementByteCount(of value: Value) -> Int { wideValues.contains(value) ? 4 : elementByteCount }
}

/// Memory that one value, or several taking it over in turn, occupies from one step to another.
struct MemoryBlock {
    var values: [Int]
    /// The first and last step that touch it; -1 stands for before the first.
    var lifetime: ClosedRange<Int>
    var byteCount = 0
    var offset = 0
}

/// Gives every block an offset: the largest first, each as low as the blocks alive with it allow.
private func place(_ blocks: inout [MemoryBlock]) {
    var placed: [Int] = []  // by offset
    let bySize = blocks.indices.sorted { (-blocks[$0].byteCount, $0) < (-blocks[$1].byteCount, $1) }
    for index in bySize {
        var offset = 0
        for other in placed where blocks[other].lifetime.overlaps(blocks[index].lifetime) {
            if offset + blocks[index].byteCount <= blocks[other].offset { break }
            offset = max(offset, blocks[other].offset + blocks[other].byteCount)
        }
        blocks[index].offset = offset
        let position = placed.firstIndex { blocks[$0].offset > offset } ?? placed.endIndex
        placed.insert(index, at: position)
    }
}
