import Foundation

/// Compiled programs on disk, so that only the first start on a device compiles.
///
/// A program is found by the SHA-256 of its text, its options and the device with its driver. A file that is missing,
/// damaged or of another format is no error: the caller compiles and stores anew. Nothing here ever throws, because a
/// cache that cannot be written costs time only.
package struct ProgramCache: Sendable {
    /// Raised when the layout of a file or what goes into a key changes.
    private static let format: UInt32 = 1
    /// Eight bytes that every file starts with.
    private static let magic = Array("FATHOMCL".utf8)
    /// The most that all files together may take; the least recently used go first.
    package static let defaultByteCountLimit = 256 << 20

    private let folder: URL
    private let byteCountLimit: Int

    package init(folder: String, byteCountLimit: Int = ProgramCache.defaultByteCountLimit) {
        self.folder = URL(fileURLWithPath: folder, isDirectory: true)
        self.byteCountLimit = byteCountLimit
    }

    /// The cache in ``CacheFolder``; nil when the user wants none.
    package static let standard = CacheFolder.path.map { ProgramCache(folder: $0 + "/programs") }

    /// The compiled program that was stored for a text on a device; nil when there is none that is sound.
    func load(_ text: ProgramText, for device: OpenCLDevice) -> [UInt8]? {
        let key = Self.key(text, device)
        guard CacheFolder.isTrusted(folder), let data = try? Data(contentsOf: file(key)) else { return nil }
        let bytes = [UInt8](data)
        let header = Self.header(key)
        guard bytes.count > header.count + 32, bytes.starts(with: header) else { return nil }
        let binary = bytes[(header.count + 32)...]
        guard bytes[header.count..<(header.count + 32)].elementsEqual(SHA256.hash(binary)) else { return nil }
        // The time of last use decides what goes when the cache is full.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: file(key).path)
        return Array(binary)
    }

    /// Stores a compiled program under a temporary name, then renames it.
    func store(_ binary: [UInt8], _ text: ProgramText, for device: OpenCLDevice) {
        let key = Self.key(text, device)
        let bytes = Self.header(key) + SHA256.hash(binary) + binary
        guard bytes.count <= byteCountLimit, CacheFolder.create(folder) else { return }
        try? Data(bytes).write(to: file(key), options: .atomic)
        removeLeastRecentlyUsed()
    }

    private func removeLeastRecentlyUsed() {
        let keys: Set<URLResourceKey> = [.fileSizeKey, .contentModificationDateKey, .isRegularFileKey]
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys)))
        var entries = (files ?? []).compactMap { url -> (url: URL, byteCount: Int, lastUse: Date)? in
            // What others put into the folder is theirs.
            guard Self.isProgram(url.lastPathComponent), let values = try? url.resourceValues(forKeys: keys),
                values.isRegularFile == true, let byteCount = values.fileSize,
                let lastUse = values.contentModificationDate
            else { return nil }
            return (url, byteCount, lastUse)
        }
        entries.sort { $0.lastUse > $1.lastUse }
        var total = 0
        for entry in entries {
            total += entry.byteCount
            if total > byteCountLimit { try? FileManager.default.removeItem(at: entry.url) }
        }
    }

    /// Whether a file is named as ``file(_:)`` names them.
    private static func isProgram(_ name: String) -> Bool {
        name.hasSuffix(".bin") && name.count == 68 && name.dropLast(4).allSatisfy(\.isHexDigit)
    }

    private func file(_ key: [UInt8]) -> URL { folder.appendingPathComponent(key.hexadecimal + ".bin") }

    private static func header(_ key: [UInt8]) -> [UInt8] {
        magic + withUnsafeBytes(of: format.littleEndian, Array.init) + key
    }

    private static func key(_ text: ProgramText, _ device: OpenCLDevice) -> [UInt8] {
        let retargeting = text.isRetargeted ? ["retargeted"] : []
        return CacheFolder.key(["\(format)", text.source, text.options] + device.compilerIdentity + retargeting)
    }
}
