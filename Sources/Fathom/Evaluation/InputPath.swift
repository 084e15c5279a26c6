import Foundation

/// Questions about paths.
enum InputPath {
    /// Whether there is a file or folder.
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
