/// Writes zip archives by hand, right or wrong.
struct ZipBytes {
    /// One entry; the header fields default to the truth.
    struct Entry {
        var name: String
        var content: [UInt8]
        var method: UInt16 = 0
        var flags: UInt16 = 0
        var claimedByteCount: UInt64?
        /// The compressed size, where the directory gives another one.
        var claimedStoredByteCount: UInt64?
        var claimedOffset: UInt64?
        var checksum: UInt32?
        /// The name in the local header, where it differs.
        var localName: String?
        /// Bytes of extra field in the local header, as PyTorch uses to align contents.
        var padding = 0
        /// Whether the directory gives sizes and offset in the 64-bit extra field.
        var isWide = false
    }

    var entries: [Entry] = []
    /// Whether the archive ends with the 64-bit records.
    var isWide = false
    var claimedEntryCount: UInt64?
    var claimedDirectoryOffset: UInt64?
    var comment: [UInt8] = []

    var bytes: [UInt8] {
        var archive: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            directory += central(entry, offset: UInt64(archive.count))
            archive += local(entry)
        }
        let start = claimedDirectoryOffset ?? UInt64(archive.count)
        return archive + directory
            + end(start: start, byteCount: UInt64(directory.count), at: archive.count + directory.count)
    }

    private func local(_ entry: Entry) -> [UInt8] {
        let size = UInt32(entry.content.count).littleEndianBytes
        let name = Array((entry.localName ?? entry.name).utf8)
        return UInt32(0x0403_4b50).littleEndianBytes + UInt16(20).littleEndianBytes + entry.flags.littleEndianBytes
            + entry.method.littleEndianBytes + UInt32(0).littleEndianBytes + checksum(entry).littleEndianBytes
            + size + size + UInt16(name.count).littleEndianBytes + UInt16(entry.padding).littleEndianBytes + name
            + [UInt8](repeating: 0x5a, count: entry.padding) + entry.content
    }

    private func central(_ entry: Entry, offset: UInt64) -> [UInt8] {
        let size = entry.claimedByteCount ?? UInt64(entry.content.count)
        let stored = entry.claimedStoredByteCount ?? size
        let start = entry.claimedOffset ?? offset
        let narrow: (UInt64) -> [UInt8] = {
            UInt32(entry.isWide ? .max : UInt32(truncatingIfNeeded: $0)).littleEndianBytes
        }
        let fields = [size, stored, start].littleEndianBytes
        let extra = UInt16(1).littleEndianBytes + UInt16(fields.count).littleEndianBytes + fields
        let name = Array(entry.name.utf8)
        return UInt32(0x0201_4b50).littleEndianBytes + [UInt16(45), 20, entry.flags, entry.method].littleEndianBytes
            + UInt32(0).littleEndianBytes + checksum(entry).littleEndianBytes + narrow(stored) + narrow(size)
            + [UInt16(name.count), UInt16(entry.isWide ? extra.count : 0), 0, 0, 0].littleEndianBytes
            + UInt32(0).littleEndianBytes + narrow(start) + name + (entry.isWide ? extra : [])
    }

    private func end(start: UInt64, byteCount: UInt64, at position: Int) -> [UInt8] {
        let count = claimedEntryCount ?? UInt64(entries.count)
        var end: [UInt8] = []
        if isWide {
            end +=
                UInt32(0x0606_4b50).littleEndianBytes + UInt64(44).littleEndianBytes
                + [UInt16(45), 45].littleEndianBytes
            end += [UInt32(0), 0].littleEndianBytes + [count, count, byteCount, start].littleEndianBytes
            end += UInt32(0x0706_4b50).littleEndianBytes + UInt32(0).littleEndianBytes
            end += UInt64(position).littleEndianBytes + UInt32(1).littleEndianBytes
        }
        let shortCount = isWide ? .max : UInt16(truncatingIfNeeded: count)
        let narrow: (UInt64) -> UInt32 = { isWide ? .max : UInt32(truncatingIfNeeded: $0) }
        end += UInt32(0x0605_4b50).littleEndianBytes + [UInt16(0), 0, shortCount, shortCount].littleEndianBytes
        end += [narrow(byteCount), narrow(start)].littleEndianBytes
        return end + UInt16(comment.count).littleEndianBytes + comment
    }

    private func checksum(_ entry: Entry) -> UInt32 { entry.checksum ?? Self.checksum(entry.content) }

    /// CRC-32 bit by bit, to check the engine's table against.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xedb8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
