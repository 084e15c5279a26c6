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

    /// Searches the given files and folders. A file is taken whatever its name. A folder is walked to the bottom for
    /// `ImageFormats.extensions`, without hidden entries; symbolic links are followed, each folder is visited once.
    package init(_ paths: [String]) {
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
            for name in try Self.names(in: folder).sorted() where !name.hasPrefix(".") {
                let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
                let relative = relativePath.isEmpty ? name : relativePath + "/" + name
                // A link to nowhere is nobody's image.
                guard let status = try? FileStatus(path) else { continue }
                if status.isDirectory {
                    walk(path, relativePath: relative, &visited)
                } else if ImageFormats.extensions.contains((name as NSString).pathExtension.lowercased()) {
                    images.append(FoundImage(path: path, relativePath: relative))
                }
            }
        } catch {
            failures.append(error)
        }
    }

    private static func names(in folder: String) throws(ImagingError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            guard access(folder, R_OK | X_OK) == 0 else { throw FileStatus.error(folder, errno) }
            throw .unreadable(path: folder, reason: "the folder cannot be listed")
        }
    }
}
