import Foundation

/// An image file that was found, with its place below the folder that was searched.
package struct FoundImage: Sendable, Equatable {
    /// The path to open.
    package let path: String
    /// The path below the searched folder, such as "day1/IMG_2.jpg"; the file's name when it was named itself. Outputs
    /// keep this structure.
    package let relativePath: String

    /// Describes one found file.
    package init(path: String, relativePath: String) {
        self.path = path
        self.relativePath = relativePath
    }
}

/// What a search found, and what it could not look at.
package struct ImageSearch: Sendable, Equatable {
    /// Images in the order of the given paths; below a folder in the order of their names.
    package private(set) var images: [FoundImage] = []
    /// Paths that do not exist or may not be read.
    package private(set) var failures: [ImagingError] = []

    private let extensions: Set<String>

    /// Searches the given files and folders. A file is taken whatever its name. A folder is walked to the bottom for names
    /// with one of the extensions, without hidden entries; symbolic links are followed, each folder is visited once.
    package init(_ paths: [String], extensions: Set<String> = ImageFormats.extensions) {
        self.extensions = extensions
        for path in paths {
            do {
                if try FileStatus(path).isDirectory {
                    var visited: Set<FileStatus.Identity> = []
                    walk(path, relativePath: "", &visited)
                } else {
                    images.append(FoundImage(path: path, relativePath: (path as NSString).lastPathComponent))
                }
            } catch {
                failures.append(error)
            }
        }
    }

    private mutating func walk(_ folder: String, relativePath: String, _ visited: inout Set<FileStatus.Identity>) {
        do {
            guard try visited.insert(FileStatus(folder).identity).inserted else { return }
            for name in try names(in: folder).sorted() where !name.hasPrefix(".") {
                let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
                let relative = relativePath.isEmpty ? name : relativePath + "/" + name
                take(path, relativePath: relative, &visited)
            }
        } catch {
            failures.append(error)
        }
    }

    private func isImage(_ name: String) -> Bool {
        extensions.contains((name as NSString).pathExtension.lowercased())
    }

    /// One entry of a folder.
    private mutating func take(_ path: String, relativePath: String, _ visited: inout Set<FileStatus.Identity>) {
        let isImage = isImage(path)
        do {
            if try FileStatus(path).isDirectory {
                walk(path, relativePath: relativePath, &visited)
            } else if isImage {
                images.append(FoundImage(path: path, relativePath: relativePath))
            }
        } catch .notFound {
            // A link to nowhere is nobody's image.
        } catch {
            if isImage { failures.append(error) }
        }
    }

    /// The names in a folder. Images and folders whose names are not UTF-8 cannot be opened by name and count as failures.
    private mutating func names(in folder: String) throws(ImagingError) -> [String] {
        guard access(folder, R_OK | X_OK) == 0, let stream = opendir(folder) else {
            throw FileStatus.error(folder, errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if let name = String(validating: bytes, as: UTF8.self) {
                names.append(name)
                continue
            }
            let shown = folder + "/" + String(decoding: bytes, as: UTF8.self)
            if isImage(shown) || entry.pointee.d_type == UInt8(DT_DIR) {
                failures.append(.unreadable(path: shown, reason: "its name is not UTF-8; rename it"))
            }
        }
        return names
    }
}
