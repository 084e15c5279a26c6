import Archives

/// Reads NumPy's .npz archives, stored or compressed, an array at a time.
package struct NPZReader: Sendable {
    /// The arrays' keys, sorted.
    package let keys: [String]

    private let name: String
    private let bytes: [UInt8]
    private let directory: ZipDirectory
    private let limits: DepthFileLimits

    private static let suffix = ".npy"

    /// Reads the directory of an archive; `name` stands for it in messages. Throws `corrupt`.
    package init(_ bytes: [UInt8], name: String, limits: DepthFileLimits = DepthFileLimits()) throws(ImagingError) {
        do throws(ArchiveError) {
            directory = try ZipDirectory(archive: bytes.span.bytes)
        } catch {
            throw .corrupt(name: name, reason: error.detail)
        }
        keys = directory.entries.keys.filter { $0.hasSuffix(Self.suffix) }.map { String($0.dropLast(4)) }.sorted()
        self.name = name
        self.bytes = bytes
        self.limits = limits
    }

    /// The array under a key; nil when there is none.
    package func array(_ key: String) throws(ImagingError) -> NumericArray? {
        let content: [UInt8]?
        do throws(ArchiveError) {
            content = try directory.content(
                of: key + Self.suffix, in: bytes.span.bytes, limit: limits.maximumArrayByteCount)
        } catch {
            throw .corrupt(name: name, reason: error.detail)
        }
        guard let content else { return nil }
        return try NPYReader.read(content, name: "\(name): \(key)", limits: limits)
    }

    /// The number of a scalar array; nil when there is none or it is no number.
    package func scalar(_ key: String) -> Double? {
        guard let array = try? array(key), array.values.count == 1 else { return nil }
        return array.values.first.map(Double.init)
    }

    /// The map that the archive is about: `depth`, or its only array.
    package func depthMap() throws(ImagingError) -> NumberMap {
        let key = keys.contains("depth") ? "depth" : keys.count == 1 ? keys[0] : nil
        guard let key, let array = try array(key) else {
            throw .corrupt(
                name: name, reason: "it holds no array 'depth' but \(keys.prefix(8).joined(separator: ", "))")
        }
        return try array.map(name: "\(name): \(key)")
    }
}
