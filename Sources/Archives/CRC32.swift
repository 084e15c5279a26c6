/// The checksum of ZIP and PNG: polynomial 0xEDB88320, reflected. Eight bytes per step from eight tables.
package struct CRC32: Sendable {
    /// `tables[256 * k + b]`: the checksum of byte `b` followed by `k` zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<(8 * 256) {
            let previous = tables[index - 256]
            tables[index] = tables[Int(previous & 0xFF)] ^ (previous >> 8)
        }
        return tables
    }()

    private var state: UInt32 = .max

    /// The checksum of nothing yet.
    package init() {}

    /// The checksum of all bytes so far.
    package var value: UInt32 { ~state }

    /// The checksum of all of `bytes`.
    package static func checksum(_ bytes: RawSpan) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }

    /// Takes in the bytes of `values` as they lie in memory.
    package mutating func update<Element: BitwiseCopyable>(_ values: [Element]) {
        // Proof: a BitwiseCopyable element is its bytes, which are only read.
        unsafe values.withUnsafeBytes { unsafe update($0.bytes) }
    }

    /// Takes in `bytes`.
    package mutating func update(_ bytes: RawSpan) {
        let tables = Self.tables.span
        var crc = state
        var offset = 0
        while offset + 8 <= bytes.byteCount {
            var word = bytes.littleEndian(UInt64.self, at: offset) ^ UInt64(crc)
            crc = 0
            for lane in 0..<8 {
                crc ^= tables[(7 - lane) * 256 + Int(word & 0xFF)]
                word >>= 8
            }
            offset += 8
        }
        while offset < bytes.byteCount {
            let byte = UInt32(bytes.littleEndian(UInt8.self, at: offset))
            crc = (crc >> 8) ^ tables[Int((crc ^ byte) & 0xFF)]
            offset += 1
        }
        state = crc
    }
}
