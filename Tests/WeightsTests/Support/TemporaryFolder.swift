import Foundation

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("fathom-weights-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and returns its path.
    func write(_ bytes: [UInt8], as name: String) throws -> String {
        let path = url.appendingPathComponent(name)
        try Data(bytes).write(to: path)
        return path.path
    }

    func write(_ text: String, as name: String) throws -> String { try write(Array(text.utf8), as: name) }
}
