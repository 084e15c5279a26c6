import Archives

/// One entry of a PNG's text, written as a tEXt chunk. (libvips would compress it, which simple readers do not expect.)
struct PNGText {
    /// Where text may go: behind the signature and the header chunk.
    static let offset = 8 + 25

    /// Says that Fathom wrote the file.
    static let fathomMark = PNGText(key: FathomMark.key, value: FathomMark.value)

    /// At most 79 characters.
    let key: String
    /// Anything but ASCII becomes "?": the format asks for Latin-1.
    let value: String

    /// Length, type, key, NUL, value, checksum.
    var chunk: [UInt8] {
        let body = Array("tEXt".utf8) + Self.ascii(key) + [0] + Self.ascii(value)
        var checksum = CRC32()
        checksum.update(body)
        return Self.bigEndian(body.count - 4) + body + Self.bigEndian(Int(checksum.value))
    }

    private static func ascii(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { (32..<127).contains($0.value) ? UInt8($0.value) : 0x3F }
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
