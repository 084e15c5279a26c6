import Foundation

/// Where what was learnt about devices is kept from start to start.
enum CacheFolder {
    /// `FATHOM_CACHE_DIR`, else `fathom` in the user's folder of caches (XDG Base Directory Specification); nil when the
    /// variable is set to nothing, or there is no home.
    static let path: String? = {
        let environment = ProcessInfo.processInfo.environment
        if let chosen = environment["FATHOM_CACHE_DIR"] { return chosen.isEmpty ? nil : chosen }
        if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return caches + "/fathom" }
        return environment["HOME"].flatMap { $0.isEmpty ? nil : $0 + "/.cache/fathom" }
    }()

    /// The folder for people, or why nothing is kept.
    static var description: String {
        guard let path else { return "none, as FATHOM_CACHE_DIR is empty or there is no home folder" }
        let programs = URL(fileURLWithPath: path + "/programs", isDirectory: true)
        if create(programs) { return access(programs.path, W_OK) == 0 ? path : "\(path), which cannot be written to" }
        return isFolder(programs)
            ? "none, as others may write to \(programs.path): remove it, or set FATHOM_CACHE_DIR"
            : "none, as \(programs.path) cannot be made: set FATHOM_CACHE_DIR"
    }

    /// Makes a folder that only its owner may use, unless it is there; tells whether it is to be used.
    static func create(_ folder: URL) -> Bool {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return isTrusted(folder)
        } catch { return false }
    }

    /// Whether what lies in a folder may be run and believed: it belongs to this user or to root, and nobody else may
    /// write to it. Who may write to the folder around it can put another in its place, which then belongs to them.
    static func isTrusted(_ folder: URL) -> Bool {
        guard isFolder(folder),
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: folder.resolvingSymlinksInPath().path),
            let mode = attributes[.posixPermissions] as? Int, let owner = attributes[.ownerAccountID] as? Int
        else { return false }
        return mode & 0o022 == 0 && [0, Int(geteuid())].contains(owner)
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// One hash of several texts; each goes in with its length, so that no two lists give the same.
    static func key(_ texts: [String]) -> [UInt8] {
        SHA256.hash(texts.flatMap { Array("\($0.utf8.count):".utf8) + Array($0.utf8) })
    }
}
