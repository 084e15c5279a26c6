import TensorCore

/// How a stored tensor's elements lie in its bytes.
enum ElementOrder: Sendable, Equatable {
    /// Row-major without gaps.
    case contiguous
    /// Element (i, j, ...) at i * strides[0] + j * strides[1] + ...; strides count elements.
    case strided([Int])
}

/// Converts stored floating-point elements to float32.
enum FloatConversion {
    /// Fills `destination` in row-major order and returns the index of the first value that is not finite, if any.
    ///
    /// `bytes` are little-endian, from the tensor's first element on, and as many as it reaches. `type` is a
    /// floating-point type; `shape` has as many elements as `destination`.
    @_lifetime(destination: copy destination)
    static func convert(
        _ bytes: RawSpan, of type: DataType, shape: Shape, order: ElementOrder,
        into destination: inout MutableSpan<Float>
    ) -> Int? {
        switch type {
        case .float16: convert(HalfFormat.self, bytes, shape, order, &destination)
        case .bfloat16: convert(BrainFormat.self, bytes, shape, order, &destination)
        case .float32: convert(SingleFormat.self, bytes, shape, order, &destination)
        case .float64: convert(DoubleFormat.self, bytes, shape, order, &destination)
        case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool:
            preconditionFailure("\(type.rawValue) is not a floating-point type")
        }
    }

    @inline(__always)
    @_lifetime(destination: copy destination)
    private static func convert<Format: StoredFloat>(
        _ format: Format.Type, _ bytes: RawSpan, _ shape: Shape, _ order: ElementOrder,
        _ destination: inout MutableSpan<Float>
    ) -> Int? {
        switch order {
        case .contiguous: contiguous(format, bytes, &destination)
        case .strided(let strides):
            gathered(format, bytes, StridedOffsets(shape: shape, strides: strides), &destination)
        }
    }

    @_lifetime(destination: copy destination)
    private static func contiguous<Format: StoredFloat>(
        _ format: Format.Type, _ bytes: RawSpan, _ destination: inout MutableSpan<Float>
    ) -> Int? {
        let width = MemoryLayout<Format.Bits>.size
        let count = destination.count
        var flags = SIMD16<Format.Bits>.zero
        var index = 0
        while index + 16 <= count {
            let stored = bytes.vector(of: Format.Bits.self, at: index * width)
            destination.store(format.widen(stored, flags: &flags), at: index)
            index += 16
        }
        if index < count {
            var stored = SIMD16<Format.Bits>.zero
            for lane in 0..<count - index {
                stored[lane] = bytes.integer(Format.Bits.self, at: (index + lane) * width)
            }
            storeTail(format.widen(stored, flags: &flags), at: index, &destination)
        }
        guard flags.max() > Format.Bits.max / 2 else { return nil }
        return (0..<count).first { isNotFinite(format, bytes.integer(Format.Bits.self, at: $0 * width)) }
    }

    @_lifetime(destination: copy destination)
    private static func gathered<Format: StoredFloat>(
        _ format: Format.Type, _ bytes: RawSpan, _ offsets: StridedOffsets, _ destination: inout MutableSpan<Float>
    ) -> Int? {
        let width = MemoryLayout<Format.Bits>.size
        let count = destination.count
        var offsets = offsets
        for start in stride(from: 0, to: count, by: 16) {
            var stored = SIMD16<Format.Bits>.zero
            let lanes = min(16, count - start)
            for lane in 0..<lanes { stored[lane] = bytes.integer(Format.Bits.self, at: offsets.next() * width) }
            var flags = SIMD16<Format.Bits>.zero
            storeTail(format.widen(stored, flags: &flags), at: start, &destination)
            if flags.max() > Format.Bits.max / 2 {
                return (0..<lanes).first { isNotFinite(format, stored[$0]) }.map { start + $0 }
            }
        }
        return nil
    }

    /// Stores as many of the sixteen lanes as there is room for.
    @inline(__always)
    private static func storeTail(_ bits: SIMD16<UInt32>, at start: Int, _ destination: inout MutableSpan<Float>) {
        for lane in 0..<min(16, destination.count - start) {
            destination[start + lane] = Float(bitPattern: bits[lane])
        }
    }

    private static func isNotFinite<Format: StoredFloat>(_ format: Format.Type, _ stored: Format.Bits) -> Bool {
        var flags = SIMD16<Format.Bits>.zero
        _ = format.widen(SIMD16(repeating: stored), flags: &flags)
        return flags[0] > Format.Bits.max / 2
    }
}

/// The element offsets of a strided tensor in row-major order.
private struct StridedOffsets {
    private let dimensions: [Int]
    private let strides: [Int]
    private var position: [Int]
    private var offset = 0

    init(shape: Shape, strides: [Int]) {
        dimensions = shape.dimensions
        self.strides = strides
        position = [Int](repeating: 0, count: shape.rank)
    }

    /// The offset of the current element; goes on to the next one.
    mutating func next() -> Int {
        let current = offset
        for axis in dimensions.indices.reversed() {
            position[axis] += 1
            offset += strides[axis]
            if position[axis] < dimensions[axis] { break }
            offset -= position[axis] * strides[axis]
            position[axis] = 0
        }
        return current
    }
}
