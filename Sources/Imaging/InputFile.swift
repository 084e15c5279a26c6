import Foundation

/// Questions about a path that are answered before a decoder sees it.
enum InputFile {
    /// Throws unless `path` is a readable regular file that is not empty.
    static func check(_ path: String) throws(ImagingError) {
        let status = try FileStatus(path)
        guard !status.isDirectory else { throw .isDirectory(path: path) }
        guard status.isRegular else { throw .notRegularFile(path: path) }
        guard status.byteCount > 0 else { throw .empty(name: path) }
        guard access(path, R_OK) == 0 else { throw FileStatus.error(path, errno) }
    }
}

/// What stat(2) says about a path; symbolic links are followed.
struct FileStatus {
    /// The same for two paths exactly when they lead to the same file or folder.
    struct Identity: Hashable {
        let device: UInt64
        let node: UInt64
    }

    let isDirectory: Bool
    let isRegular: Bool
    let byteCount: Int
    let identity: Identity

    /// Throws `notFound`, `permissionDenied` or `unreadable`.
    init(_ path: String) throws(ImagingError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Self.error(path, errno) }
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
        byteCount = Int(status.st_size)
        identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    }

    /// Where a symbolic link leads in the end; nil of what is no link, and of one to nowhere.
    static func target(ofLink path: String) -> String? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let target = realpath(path, nil) else {
            return nil
        }
        defer { free(target) }
        return String(validatingCString: target)
    }

    /// The error that a failed system call on a path that is read stands for.
    static func error(_ path: String, _ code: Int32) -> ImagingError {
        switch code {
        case ENOENT, ENOTDIR, ELOOP: .notFound(path: path)
        case EACCES, EPERM: .permissionDenied(path: path)
        default: .unreadable(path: path, reason: SystemError.text(code))
        }
    }
}

enum SystemError {
    /// The system's words for an error number.
    static func text(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
