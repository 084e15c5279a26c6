/// Little-endian bytes of integers, as every container of weights stores them.
extension FixedWidthInteger {
    var littleEndianBytes: [UInt8] {
        (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
    }
}

extension Sequence where Element: FixedWidthInteger {
    var littleEndianBytes: [UInt8] { flatMap(\.littleEndianBytes) }
}
