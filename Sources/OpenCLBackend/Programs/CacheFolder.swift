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

    /// Makes a folder that only its owner may write to, because what lies in it is run; tells whether it is there.
    static func create(_ folder: URL) -> Bool {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return true
        } catch { return false }
    }

    /// One hash of several texts; each goes in with its length, so that no two lists give the same.
    static func key(_ texts: [String]) -> [UInt8] {
        SHA256.hash(texts.flatMap { Array("\($0.utf8.count):".utf8) + Array($0.utf8) })
    }
}
