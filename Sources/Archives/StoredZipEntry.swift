/// One stored (not compressed) file of a ZIP archive that is written, with the records that describe it. Sizes and
/// offsets that do not fit 32 bits go to a ZIP64 extra field (PKWARE APPNOTE 4.3 to 4.5).
package struct StoredZipEntry: Sendable {
    /// The name inside the archive.
    package let name: String
    /// The checksum of its bytes.
    package let crc32: UInt32
    /// Its bytes, the same stored as compressed.
    package let byteCount: UInt64
    /// Where its local header starts in the archive.
    package let offset: UInt64

    /// Describes one stored file.
    package init(name: String, crc32: UInt32, byteCount: UInt64, offset: UInt64) {
        self.name = name
        self.crc32 = crc32
        self.byteCount = byteCount
        self.offset = offset
    }

    static let limit32 = UInt64(UInt32.max)
    /// 1980-01-01 00:00, ZIP's earliest date: the same depth gives the same bytes on any day.
    private static let earliestDate: UInt32 = 0x0021_0000

    private var isSizeLarge: Bool { byteCount >= Self.limit32 }
    private var isOffsetLarge: Bool { offset >= Self.limit32 }

    /// The record in front of the file's bytes.
    package var localHeader: [UInt8] {
        var extra: [UInt8] = []
        if isSizeLarge { extra = Self.zip64Extra([byteCount, byteCount]) }
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(UInt32(0x0403_4B50))
        appendCommonFields(to: &bytes, extraByteCount: extra.count, needsZIP64: isSizeLarge)
        return bytes + name.utf8 + extra
    }

    /// The record in the archive's directory.
    package var centralHeader: [UInt8] {
        let large = (isSizeLarge ? [byteCount, byteCount] : []) + (isOffsetLarge ? [offset] : [])
        let extra = large.isEmpty ? [] : Self.zip64Extra(large)
        let version: UInt16 = large.isEmpty ? 20 : 45
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(UInt32(0x0201_4B50))
        bytes.appendLittleEndian(version)
        appendCommonFields(to: &bytes, extraByteCount: extra.count, needsZIP64: !large.isEmpty)
        bytes += [UInt8](repeating: 0, count: 10)  // no comment, disk 0, no attributes
        bytes.appendLittleEndian(UInt32(min(offset, Self.limit32)))
        return bytes + name.utf8 + extra
    }

    /// Version, flags, method, date, checksum, sizes and lengths: the same in both records.
    private func appendCommonFields(to bytes: inout [UInt8], extraByteCount: Int, needsZIP64: Bool) {
        let size = UInt32(min(byteCount, Self.limit32))
        bytes.appendLittleEndian(UInt16(needsZIP64 ? 45 : 20))
        bytes.appendLittleEndian(UInt16(0x0800))  // the name is UTF-8
        bytes.appendLittleEndian(UInt16(0))  // stored
        bytes.appendLittleEndian(Self.earliestDate)
        bytes.appendLittleEndian(crc32)
        bytes.appendLittleEndian(size)
        bytes.appendLittleEndian(size)
        bytes.appendLittleEndian(UInt16(name.utf8.count))
        bytes.appendLittleEndian(UInt16(extraByteCount))
    }

    private static func zip64Extra(_ values: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(UInt16(0x0001))
        bytes.appendLittleEndian(UInt16(8 * values.count))
        for value in values { bytes.appendLittleEndian(value) }
        return bytes
    }
}

/// The directory that ends a ZIP archive of stored entries.
extension StoredZipEntry {
    /// All central headers and the end records, for an archive whose directory starts at `offset`.
    package static func directory(of entries: [StoredZipEntry], at offset: UInt64) -> [UInt8] {
        let headers = entries.flatMap(\.centralHeader)
        var bytes = headers
        if offset >= limit32 {
            bytes += zip64End(entries.count, byteCount: UInt64(headers.count), offset: offset)
        }
        bytes.appendLittleEndian(UInt32(0x0605_4B50))
        bytes.appendLittleEndian(UInt32(0))  // disk numbers
        bytes.appendLittleEndian(UInt16(entries.count))
        bytes.appendLittleEndian(UInt16(entries.count))
        bytes.appendLittleEndian(UInt32(headers.count))
        bytes.appendLittleEndian(UInt32(min(offset, limit32)))
        bytes.appendLittleEndian(UInt16(0))  // no comment
        return bytes
    }

    /// The ZIP64 end record and its locator.
    private static func zip64End(_ count: Int, byteCount: UInt64, offset: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(UInt32(0x0606_4B50))
        bytes.appendLittleEndian(UInt64(44))  // bytes of this record after this field
        bytes.appendLittleEndian(UInt16(45))
        bytes.appendLittleEndian(UInt16(45))
        bytes.appendLittleEndian(UInt64(0))  // disk numbers
        bytes.appendLittleEndian(UInt64(count))
        bytes.appendLittleEndian(UInt64(count))
        bytes.appendLittleEndian(byteCount)
        bytes.appendLittleEndian(offset)
        bytes.appendLittleEndian(UInt32(0x0706_4B50))
        bytes.appendLittleEndian(UInt32(0))
        bytes.appendLittleEndian(offset + byteCount)
        bytes.appendLittleEndian(UInt32(1))
        return bytes
    }
}
