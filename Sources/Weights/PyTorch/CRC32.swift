/// The checksum of zip entries: CRC-32 with the reflected polynomial 0xEDB88320.
enum CRC32 {
    /// Eight tables of 256. Table k advances a byte past k further bytes, so that eight bytes are folded at once.
    private static let table: [UInt32] = {
        var table: [UInt32] = []
        for byte in UInt32(0)..<256 {
            var value = byte
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xedb8_8320 : value >> 1 }
            table.append(value)
        }
        for index in 256..<8 * 256 {
            let value = table[index - 256]
            table.append((value >> 8) ^ table[Int(value & 0xff)])
        }
        return table
    }()

    /// The checksum of all of `bytes`.
    static func checksum(_ bytes: RawSpan) -> UInt32 {
        let table = table.span
        var crc: UInt32 = .max
        var offset = 0
        while offset + 8 <= bytes.byteCount {
            var word = bytes.integer(UInt64.self, at: offset) ^ UInt64(crc)
            crc = 0
            for lane in 0..<8 {
                crc ^= table[(7 - lane) * 256 + Int(word & 0xff)]
                word >>= 8
            }
            offset += 8
        }
        while offset < bytes.byteCount {
            let byte = UInt32(bytes.integer(UInt8.self, at: offset))
            crc = (crc >> 8) ^ table[Int((crc ^ byte) & 0xff)]
            offset += 1
        }
        return ~crc
    }
}
