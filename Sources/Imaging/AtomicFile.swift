import Foundation

/// Writes files so that a reader sees either the whole new file or what was there before: the bytes go to a file without a
/// name in the same folder, which gets its name at the end. Nothing is left behind by a failure or by a process that is
/// killed. (File systems without nameless files get a hidden temporary one, which a killed process does leave.)
///
/// A symbolic link stays, and what it leads to is replaced. What is no regular file, such as /dev/stdout or a named pipe, is
/// written into.
package enum AtomicFile {
    /// Writes one file of the given bytes.
    package static func write(_ bytes: [UInt8], to path: String) throws(ImagingError) {
        try write(to: path) { (file) throws(ImagingError) in try file.append(bytes) }
    }

    /// Writes one file piece by piece. Throws what `body` throws, or `cannotWrite`.
    package static func write(
        to path: String, _ body: (borrowing PartialFile) throws(ImagingError) -> Void
    ) throws(ImagingError) {
        var file = try PartialFile(for: path)
        try body(file)
        try file.commit()
    }

    /// Looks whether a file could be written, before the work that fills it: its folder, or the nearest above it that there
    /// is, must take one. Throws `cannotWrite`.
    package static func check(_ path: String) throws(ImagingError) {
        if let status = try? FileStatus(path), !status.isRegular {
            let reason = status.isDirectory ? EISDIR : access(path, W_OK) == 0 ? 0 : errno
            guard reason == 0 else { throw .cannotWrite(path: path, reason: SystemError.text(reason)) }
            return
        }
        var place = FileStatus.target(ofLink: path) ?? path
        while access(folder(of: place), F_OK) != 0, errno == ENOENT { place = folder(of: place) }
        do throws(ImagingError) { _ = try PartialFile(for: place) } catch {
            guard case .cannotWrite(_, let reason) = error else { throw error }
            throw .cannotWrite(path: path, reason: reason)
        }
    }

    /// The folder that a file of that path lies in. (NSString's `deletingLastPathComponent` traps on Linux when the path is
    /// a single character.)
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Creates a folder and those above it where they are missing. Throws `cannotWrite`.
    package static func createFolder(_ path: String) throws(ImagingError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: path, reason: "the folder cannot be created")
        }
    }
}

/// A file on its way to `path`; gone when it goes away without `commit`.
package struct PartialFile: ~Copyable {
    private let path: String
    /// The name until the end; nil of what is no regular file and is written into.
    private let temporaryPath: String?
    /// Whether the file has no name yet, rather than the temporary one.
    private let isNameless: Bool
    private var descriptor: Int32

    fileprivate init(for path: String) throws(ImagingError) {
        if let status = try? FileStatus(path), !status.isRegular, !status.isDirectory {
            self.path = path
            temporaryPath = nil
            isNameless = false
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: SystemError.text(errno)) }
            return
        }
        self.path = FileStatus.target(ofLink: path) ?? path
        let folder = AtomicFile.folder(of: self.path)
        let temporaryPath = folder + "/.fathom-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 16)).part"
        self.temporaryPath = temporaryPath
        let nameless = open(folder, Self.namelessFlag | O_WRONLY | O_CLOEXEC, 0o666)
        isNameless = nameless >= 0
        descriptor = isNameless ? nameless : open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: SystemError.text(errno)) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        // After a commit this name is gone already.
        if let temporaryPath { unlink(temporaryPath) }
    }

    /// O_TMPFILE of open(2), a macro that Swift does not import; needs /proc to give the file its name.
    private static let namelessFlag: Int32 = 0o20_000_000 | O_DIRECTORY

    /// Appends bytes.
    package func append(_ bytes: [UInt8]) throws(ImagingError) {
        try append(elements: bytes)
    }

    /// Appends values as they lie in memory: little-endian.
    package func append(_ values: [Float]) throws(ImagingError) {
        try append(elements: values)
    }

    private func append<Element: BitwiseCopyable>(elements: [Element]) throws(ImagingError) {
        let failure: Int32? = elements.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Foundation.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written >= 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
        if let failure { throw .cannotWrite(path: path, reason: SystemError.text(failure)) }
    }

    fileprivate mutating func commit() throws(ImagingError) {
        let source = "/proc/self/fd/\(descriptor)"
        if let temporaryPath, isNameless, linkat(AT_FDCWD, source, AT_FDCWD, temporaryPath, AT_SYMLINK_FOLLOW) != 0 {
            throw .cannotWrite(path: path, reason: SystemError.text(errno))
        }
        // Some file systems tell only here that there was no room.
        let closing = descriptor
        descriptor = -1
        guard close(closing) == 0, temporaryPath.map({ rename($0, path) }) ?? 0 == 0 else {
            throw .cannotWrite(path: path, reason: SystemError.text(errno))
        }
    }
}
