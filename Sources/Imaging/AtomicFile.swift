import Foundation

/// Writes files so that a reader sees either the whole new file or what was there before: the bytes go to a hidden
/// temporary file in the same folder, which is renamed at the end and removed on any failure.
package enum AtomicFile {
    /// Writes one file of the given bytes.
    package static func write(_ bytes: [UInt8], to path: String) throws(ImagingError) {
        try write(to: path) { (file) throws(ImagingError) in try file.append(bytes) }
    }

    /// Writes one file piece by piece. Throws what `body` throws, or `cannotWrite`.
    package static func write(
        to path: String, _ body: (borrowing PartialFile) throws(ImagingError) -> Void
    ) throws(ImagingError) {
        let file = try PartialFile(for: path)
        try body(file)
        try file.commit()
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

/// A temporary file on its way to `path`; removed when it goes away without `commit`.
package struct PartialFile: ~Copyable {
    private let path: String
    private let temporaryPath: String
    private let descriptor: Int32

    fileprivate init(for path: String) throws(ImagingError) {
        let name = ".fathom-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 16)).part"
        self.path = path
        temporaryPath = AtomicFile.folder(of: path) + "/" + name
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: SystemError.text(errno)) }
    }

    deinit {
        close(descriptor)
        // After a commit this name is gone already.
        unlink(temporaryPath)
    }

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

    fileprivate func commit() throws(ImagingError) {
        guard rename(temporaryPath, path) == 0 else {
            throw .cannotWrite(path: path, reason: SystemError.text(errno))
        }
    }
}
