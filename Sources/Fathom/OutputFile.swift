import Foundation
import Imaging

/// A file that is to be written when long work is done.
package enum OutputFile {
    /// Looks at the file's place before the work, not after it.
    ///
    /// - Throws: ``FathomError`` when the folder is missing or not writable, or the path is a folder.
    package static func check(_ path: String) throws(FathomError) {
        let folder = AtomicFile.folder(of: path)
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw FathomError(.cannotWrite, "\(path) cannot be written: there is no writable folder \(folder)")
        }
        let values = try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey])
        guard values?.isDirectory != true else {
            throw FathomError(.cannotWrite, "\(path) cannot be written: it is a folder")
        }
    }
}
