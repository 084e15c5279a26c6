import CZlib

extension ZipDirectory {
    /// Deflate spends at least a bit on 129 bytes: a claim beyond this ratio is a lie, found before memory is asked for.
    private static let largestRatio = 1032

    /// The bytes of an entry, decompressed and with their checksum verified.
    ///
    /// - Parameters:
    ///   - name: the entry.
    ///   - archive: the bytes that the directory was read from.
    ///   - limit: the most bytes to make.
    /// - Returns: nil when there is no such entry.
    /// - Throws: when it is damaged or has more bytes than the limit.
    package func content(
        of name: String, in archive: RawSpan, limit: Int
    ) throws(ArchiveError) -> [UInt8]? {
        guard let entry = entries[name] else { return nil }
        guard entry.byteCount <= limit else {
            throw .tooLarge("the zip entry '\(name)' has \(entry.byteCount) bytes, more than the limit of \(limit)")
        }
        let stored = archive.extracting(entry.byteRange)
        let content: [UInt8]
        switch entry.compression {
        case .stored: content = stored.byteOffsets.map { stored.littleEndian(UInt8.self, at: $0) }
        case .deflated:
            guard entry.byteCount / Self.largestRatio <= stored.byteCount else {
                throw .damaged("the zip entry '\(name)' claims more bytes than it can hold")
            }
            guard let bytes = inflated(stored, byteCount: entry.byteCount) else {
                throw .damaged("the compressed zip entry '\(name)' is damaged")
            }
            content = bytes
        }
        var checksum = CRC32()
        checksum.update(content)
        guard checksum.value == entry.checksum else {
            throw .damaged("the checksum of the zip entry '\(name)' is wrong")
        }
        return content
    }
}

/// Decompresses raw deflate data of a known size; nil when they are damaged or have another size.
private func inflated(_ stored: RawSpan, byteCount: Int) -> [UInt8]? {
    // zlib wants an address even for nothing.
    var output = [UInt8](repeating: 0, count: max(byteCount, 1))
    let status = unsafe stored.withUnsafeBytes { input in
        unsafe output.withUnsafeMutableBytes { output -> Int32 in
            guard let source = input.baseAddress, let target = output.baseAddress else { return -1 }
            return unsafe czlib_inflate(source, input.count, target, byteCount)
        }
    }
    guard status == 0 else { return nil }
    if byteCount == 0 { output.removeAll() }
    return output
}
