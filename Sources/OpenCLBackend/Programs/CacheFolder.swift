import Foundation

/// Where what was learnt about devices is kept from start to start.
enum CacheFolder {
    /// `FATHOM_CACHE_DIR`, else `fathom` in the user's folder of caches (XDG Base Directory Specification); nil when the
    /// variable is set to nothing, or there is no home.
    static let path: String? = {
        let environment = ProcessInfo.processInfo.environment
        if let chosen = environment["FATHOM_CACHE_DIR"] { return chosen.isEmpty ? nil : chosen }
        if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return caches + "/fathom" }
        return environment["HOME"].map { $0 + "/.cache/fathom" }
    }()

    /// The folder for people, or why nothing is kept.
    static var description: String {
        guard let path else { return "none, as FATHOM_CACHE_DIR is empty or there is no home folder" }
        let folder = URL(fileURLWithPath: path, isDirectory: true)
        if create(folder) { return access(path, W_OK) == 0 ? path : "\(path), which cannot be written to" }
        return FileManager.default.fileExists(atPath: path)
            ? "none, as everyone may write to \(path): set its permissions, or FATHOM_CACHE_DIR"
            : "none, as \(path) cannot be made: set FATHOM_CACHE_DIR"
    }

    /// Makes a folder that only its owner may use, unless it is there; tells whether it is to be used.
    static func create(_ folder: URL) -> Bool {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return isTrusted(folder)
        } catch { return false }
    }

    /// Whether a folder may be read from: what lies in it is run, so that not everyone may write to it.
    static func isTrusted(_ folder: URL) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder.path)
        guard let mode = attributes?[.posixPermissions] as? Int else { return false }
        return mode & 0o002 == 0
    }

    /// One hash of several texts; each goes in with its length, so that no two lists give the same.
    static func key(_ texts: [String]) -> [UInt8] {
        SHA256.hash(texts.flatMap { Array("\($0.utf8.count):".utf8) + Array($0.utf8) })
    }
}
