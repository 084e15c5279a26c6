import TensorCore

/// Where each weight lies: packed weights in buffers that no device is too small for, vectors in one buffer.
struct WeightLayout: Sendable {
    struct Place: Sendable, Hashable {
        let bank: Int
        /// In elements.
        let start: Int
    }

    /// Every weight starts at a multiple of this many elements, so that quads are aligned.
    private static let alignment = 64
    private let elementByteCount: Int
    /// Elements of one buffer at most.
    private let bankCapacity: Int
    private(set) var packed: [(weight: PackedWeight, place: Place)] = []
    private(set) var vectors: [(block: VectorBlock, start: Int)] = []
    /// Elements of each buffer of packed weights.
    private(set) var bankElementCounts: [Int] = []
    private(set) var vectorElementCount = 0
    private var places: [PackedWeight: Place] = [:]
    private var starts: [VectorBlock: Int] = [:]

    /// One buffer holds at most 1 GiB, unless a single weight is larger: drivers fail on larger ones long before their own
    /// limit.
    init(elementByteCount: Int, allocationByteCount: Int) {
        self.elementByteCount = elementByteCount
        bankCapacity = min(1 << 30, allocationByteCount) / elementByteCount
    }

    /// The place of a weight; one that several operations share has one.
    mutating func place(_ weight: PackedWeight) -> Place {
        if let place = places[weight] { return place }
        let size = Self.aligned(weight.elementCount)
        if let last = bankElementCounts.last, last + size <= bankCapacity {
            bankElementCounts[bankElementCounts.count - 1] += size
        } else {
            bankElementCounts.append(size)
        }
        let bank = bankElementCounts.count - 1
        let place = Place(bank: bank, start: bankElementCounts[bank] - size)
        places[weight] = place
        packed.append((weight, place))
        return place
    }

    /// Fails with the weight, if there is one, that no buffer of the device holds.
    func check(_ limits: KernelLimits, _ device: OpenCLDevice) throws(BackendError) {
        let capacity = limits.allocationByteCount / elementByteCount
        guard let wide = packed.first(where: { $0.weight.elementCount > capacity })?.weight else { return }
        let names = wide.weight.tensors.map(\.name).joined(separator: " and ")
        let byteCount = wide.elementCount * elementByteCount
        throw .outOfDeviceMemory(
            device: device.name,
            reason: "the weight of \(names) takes \(byteCount) bytes in one buffer; the device allows"
                + " \(limits.allocationByteCount)")
    }

    /// The first element of a block of vectors.
    mutating func start(_ block: VectorBlock) -> Int {
        if let start = starts[block] { return start }
        let start = vectorElementCount
        vectorElementCount += Self.aligned(block.elementCount)
        starts[block] = start
        vectors.append((block, start))
        return start
    }

    private static func aligned(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }
}
