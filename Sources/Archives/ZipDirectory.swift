/// One file of a zip archive.
package struct ZipEntry: Sendable, Equatable {
    /// How its bytes are kept.
    package enum Compression: Sendable, Equatable {
        /// As they are.
        case stored
        /// By RFC 1951.
        case deflated
    }

    /// Where its bytes lie in the archive, compressed if they are.
    package let byteRange: Range<Int>
    /// Its size when it is decompressed.
    package let byteCount: Int
    /// CRC-32 of the decompressed bytes.
    package let checksum: UInt32
    /// How its bytes are kept.
    package let compression: Compression
}

/// The directory of a zip archive.
///
/// The central directory is the authority; every size and offset of it is checked against the archive, entries may not
/// overlap, and each local header must agree. Offsets are absolute: nothing may precede the archive.
package struct ZipDirectory: Sendable {
    /// The files of the archive by name.
    package let entries: [String: ZipEntry]

    /// - Parameter archive: the bytes of the whole archive.
    /// - Throws: when the archive is damaged, encrypted or compressed by another method than deflate.
    package init(archive: RawSpan) throws(ArchiveError) {
        let directory = try ZipEnd(archive: archive)
        var entries: [String: ZipEntry] = [:]
        var occupied: [Range<Int>] = []
        var offset = directory.byteRange.lowerBound
        for _ in 0..<directory.entryCount {
            let header = try CentralHeader(archive: archive, at: offset, within: directory.byteRange)
            offset = header.end
            let extent = try header.extent(in: archive, before: directory.byteRange.lowerBound)
            occupied.append(extent.whole)
            let entry = ZipEntry(
                byteRange: extent.content, byteCount: header.byteCount, checksum: header.checksum,
                compression: header.compression)
            guard entries.updateValue(entry, forKey: header.name) == nil else {
                throw .damaged("the zip archive has two entries '\(header.name)'")
            }
        }
        guard offset == directory.byteRange.upperBound else {
            throw .damaged("the zip directory has \(directory.byteRange.upperBound - offset) bytes too many")
        }
        occupied.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        for (earlier, later) in zip(occupied, occupied.dropFirst()) where later.lowerBound < earlier.upperBound {
            throw .damaged("two entries of the zip archive overlap, at byte \(later.lowerBound)")
        }
        self.entries = entries
    }
}

/// The record at a zip archive's end that says where its directory lies, in its 32- or its 64-bit form.
private struct ZipEnd {
    let byteRange: Range<Int>
    let entryCount: Int

    private static let size = 22

    init(archive: RawSpan) throws(ArchiveError) {
        let end = try Self.position(archive)
        var count = try archive.checked(UInt16.self, at: end + 10)
        var byteCount = try archive.checked(UInt32.self, at: end + 12)
        var start = try archive.checked(UInt32.self, at: end + 16)
        var limit = end
        if count == UInt16.max || byteCount == UInt32.max || start == UInt32.max {
            guard end >= 20, try archive.checked(UInt32.self, at: end - 20) == 0x0706_4b50 else {
                throw .damaged("the zip archive lacks its 64-bit directory record")
            }
            limit = try archive.checked(UInt64.self, at: end - 12)
            guard limit <= end - 20, try archive.checked(UInt32.self, at: limit) == 0x0606_4b50 else {
                throw .damaged("the zip archive's 64-bit directory record is not where it should be")
            }
            count = try archive.checked(UInt64.self, at: limit + 32)
            byteCount = try archive.checked(UInt64.self, at: limit + 40)
            start = try archive.checked(UInt64.self, at: limit + 48)
        }
        guard start <= limit, byteCount <= limit - start else {
            throw .damaged("the zip directory claims bytes \(start) + \(byteCount), beyond the end of the archive")
        }
        guard count <= byteCount / CentralHeader.size else {
            throw .damaged("the zip directory claims \(count) entries in \(byteCount) bytes")
        }
        byteRange = start..<start + byteCount
        entryCount = count
    }

    /// The end record is last but for a comment of at most 65535 bytes.
    private static func position(_ archive: RawSpan) throws(ArchiveError) -> Int {
        var offset = archive.byteCount - size
        let earliest = max(0, offset - Int(UInt16.max))
        while offset >= earliest {
            if archive.littleEndian(UInt32.self, at: offset) == 0x0605_4b50,
                offset + size + Int(archive.littleEndian(UInt16.self, at: offset + 20)) == archive.byteCount
            {
                return offset
            }
            offset -= 1
        }
        throw .damaged("the zip archive has no directory at its end; the file is truncated")
    }
}

/// An entry of the central directory.
private struct CentralHeader {
    static let size = 46

    let name: String
    let checksum: UInt32
    /// Where the next entry of the directory starts.
    let end: Int
    let byteCount: Int
    let compression: ZipEntry.Compression
    private let storedByteCount: Int
    private let localOffset: Int

    init(archive: RawSpan, at offset: Int, within directory: Range<Int>) throws(ArchiveError) {
        guard directory.upperBound - offset >= Self.size,
            try archive.checked(UInt32.self, at: offset) == 0x0201_4b50
        else { throw .damaged("the zip directory is damaged at byte \(offset)") }
        let nameEnd = offset + Self.size + (try archive.checked(UInt16.self, at: offset + 28))
        let extraEnd = nameEnd + (try archive.checked(UInt16.self, at: offset + 30))
        end = extraEnd + (try archive.checked(UInt16.self, at: offset + 32))
        guard end <= directory.upperBound else { throw .damaged("the zip directory is cut off at byte \(offset)") }
        name = try archive.text(offset + Self.size..<nameEnd)
        guard try archive.checked(UInt16.self, at: offset + 8) & 1 == 0 else {
            throw .unsupported("the zip entry '\(name)' is encrypted")
        }
        let method = try archive.checked(UInt16.self, at: offset + 10)
        guard method == 0 || method == 8 else {
            throw .unsupported("the zip entry '\(name)' is compressed by method \(method); only deflate is read")
        }
        compression = method == 0 ? .stored : .deflated
        checksum = archive.littleEndian(UInt32.self, at: offset + 16)
        // Where a 32-bit field is all ones its value stands in the 64-bit extra field, in this order.
        var wide = try WideFields(archive: archive, extra: nameEnd..<extraEnd)
        byteCount = try wide.value(archive.checked(UInt32.self, at: offset + 24), archive)
        storedByteCount = try wide.value(archive.checked(UInt32.self, at: offset + 20), archive)
        localOffset = try wide.value(archive.checked(UInt32.self, at: offset + 42), archive)
        guard compression == .deflated || storedByteCount == byteCount else {
            throw .damaged("the zip entry '\(name)' is stored but has two sizes, \(storedByteCount) and \(byteCount)")
        }
    }

    /// The entry's bytes with and without its local header, whose name and extra field have lengths of their own.
    func extent(in archive: RawSpan, before limit: Int) throws(ArchiveError) -> (whole: Range<Int>, content: Range<Int>)
    {
        guard localOffset <= limit - 30, try archive.checked(UInt32.self, at: localOffset) == 0x0403_4b50 else {
            throw .damaged("the zip entry '\(name)' does not start at byte \(localOffset) as the directory says")
        }
        let nameEnd = localOffset + 30 + (try archive.checked(UInt16.self, at: localOffset + 26))
        let start = nameEnd + (try archive.checked(UInt16.self, at: localOffset + 28))
        guard start <= limit, storedByteCount <= limit - start else {
            throw .damaged("the zip entry '\(name)' claims \(storedByteCount) bytes, beyond the end of the archive")
        }
        guard try archive.text(localOffset + 30..<nameEnd) == name else {
            throw .damaged("the zip entry '\(name)' has another name in its own header")
        }
        return (localOffset..<start + storedByteCount, start..<start + storedByteCount)
    }
}

/// The 64-bit values of a directory entry, taken one after another.
private struct WideFields {
    private var remaining: Range<Int>

    init(archive: RawSpan, extra: Range<Int>) throws(ArchiveError) {
        var offset = extra.lowerBound
        while extra.upperBound - offset >= 4 {
            let start = offset + 4
            let end = start + (try archive.checked(UInt16.self, at: offset + 2))
            guard end <= extra.upperBound else { break }
            if try archive.checked(UInt16.self, at: offset) == 1 {
                remaining = start..<end
                return
            }
            offset = end
        }
        remaining = extra.upperBound..<extra.upperBound
    }

    mutating func value(_ narrow: Int, _ archive: RawSpan) throws(ArchiveError) -> Int {
        guard narrow == UInt32.max else { return narrow }
        guard remaining.count >= 8 else { throw .damaged("the zip directory lacks a 64-bit size") }
        let value = try archive.checked(UInt64.self, at: remaining.lowerBound)
        remaining = remaining.lowerBound + 8..<remaining.upperBound
        return value
    }
}

extension RawSpan {
    /// The unsigned little-endian integer at an untrusted offset.
    fileprivate func checked<Integer: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ type: Integer.Type, at offset: Int
    ) throws(ArchiveError) -> Int {
        guard offset >= 0, offset <= byteCount - MemoryLayout<Integer>.size else {
            throw .damaged("the zip archive is cut off")
        }
        guard let value = Int(exactly: littleEndian(type, at: offset)) else {
            throw .damaged("the zip archive holds a size beyond any file")
        }
        return value
    }

    /// The UTF-8 text of a range within the span.
    fileprivate func text(_ range: Range<Int>) throws(ArchiveError) -> String {
        guard range.upperBound <= byteCount else { throw .damaged("the zip archive is cut off") }
        guard let text = String(validating: range.map { littleEndian(UInt8.self, at: $0) }, as: UTF8.self) else {
            throw .damaged("the zip archive has an entry whose name is not UTF-8")
        }
        return text
    }
}
