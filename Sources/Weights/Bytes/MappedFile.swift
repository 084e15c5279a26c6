import Foundation
import Synchronization

/// A file read through memory mapping, one window of reads at a time.
///
/// Pages of a mapping count as resident memory until it is dropped. So a mapping serves about
/// ``windowByteCount`` bytes of reads, then the next read makes a new one and the old one goes with its last
/// reader: a checkpoint of gigabytes passes through a small window, and dropping is never a race.
/// Any number of threads may read at once. A file that another process truncates in the middle of a read ends the
/// process, as with every mapping; a change between two reads is an error.
final class MappedFile: Sendable {
    /// How many bytes one mapping serves before it is replaced.
    static let windowByteCount = 64 << 20

    let path: String
    let byteCount: Int

    private struct Window {
        let bytes: Data
        var unread: Int
    }

    private let identity: Identity
    private let window = Mutex<Window?>(nil)

    /// - Throws: when there is no regular, readable file at `path`.
    init(path: String) throws(CheckpointError) {
        self.path = path
        identity = try Identity(of: path)
        byteCount = identity.byteCount
    }

    /// The bytes of the whole file, to be dropped after the read.
    ///
    /// - Parameter readByteCount: how many bytes the caller is about to touch.
    /// - Returns: the mapping, which lasts as long as the value.
    /// - Throws: when the file cannot be mapped or is not the one that was opened.
    func bytes(reading readByteCount: Int) throws(CheckpointError) -> Data {
        try window.withLock { window throws(CheckpointError) in
            if var current = window, current.unread > 0 {
                current.unread -= min(readByteCount, current.unread)
                window = current
                return current.bytes
            }
            let bytes = try map()
            window = Window(bytes: bytes, unread: max(Self.windowByteCount - readByteCount, 0))
            return bytes
        }
    }

    /// Drops the mapping as soon as no read is under way; the next read maps the file again.
    func releaseMemory() { window.withLock { $0 = nil } }

    private func map() throws(CheckpointError) -> Data {
        guard try Identity(of: path) == identity else { throw changed }
        guard byteCount > 0 else { return Data() }
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw CheckpointError(kind: .unreadable, path: path, error: error)
        }
        guard bytes.count == byteCount else { throw changed }
        return bytes
    }

    private var changed: CheckpointError {
        CheckpointError(kind: .unreadable, path: path, tensor: nil, detail: "the file changed while it was in use")
    }
}

/// What tells one version of a file from another.
private struct Identity: Sendable, Equatable {
    let byteCount: Int
    let fileNumber: Int
    let modified: Date

    init(of path: String) throws(CheckpointError) {
        // Attributes describe a link itself, and downloaded checkpoints are often links into a cache.
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: target)
        } catch {
            throw CheckpointError(kind: .unreadable, path: path, error: error)
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw CheckpointError(kind: .unreadable, path: path, tensor: nil, detail: "not a regular file")
        }
        guard FileManager.default.isReadableFile(atPath: target) else {
            throw CheckpointError(kind: .unreadable, path: path, tensor: nil, detail: "permission denied")
        }
        byteCount = (attributes[.size] as? NSNumber)?.intValue ?? 0
        fileNumber = (attributes[.systemFileNumber] as? NSNumber)?.intValue ?? 0
        modified = attributes[.modificationDate] as? Date ?? .distantPast
    }
}

extension CheckpointError {
    /// A failure of the file system, in its own words.
    init(kind: Kind, path: String, error: any Error) {
        self.init(kind: kind, path: path, tensor: nil, detail: error.localizedDescription)
    }
}
