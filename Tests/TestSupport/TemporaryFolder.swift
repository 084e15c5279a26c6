package import Foundation

/// A folder that is removed with its contents when the value goes away.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "fathom-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A path in the folder.
    package func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file, with the folders above it, and gives its path.
    @discardableResult
    package func write(_ bytes: Data, _ name: String) throws -> String {
        try makeParent(of: name)
        try bytes.write(to: URL(filePath: file(name)))
        return file(name)
    }

    /// Copies a file, with the folders above it, and gives the copy's path.
    @discardableResult
    package func copy(_ source: String, _ name: String) throws -> String {
        try makeParent(of: name)
        try FileManager.default.copyItem(atPath: source, toPath: file(name))
        return file(name)
    }

    /// When a file was written.
    package func modificationDate(_ name: String) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: file(name))[.modificationDate] as? Date
    }

    /// Every file below the folder, hidden ones too, by its path from the folder, sorted.
    package func allFiles() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: file(name), isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    private func makeParent(of name: String) throws {
        let folder = (file(name) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
}
