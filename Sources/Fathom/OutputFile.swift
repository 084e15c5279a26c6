import Foundation
import Imaging

/// A file that is to be written when long work is done.
package enum OutputFile {
    /// Looks at the file's place before the work, not after it.
    ///
    /// - Throws: ``FathomError`` when the folder is missing or takes no file, or the path is a folder.
    package static func check(_ path: String) throws(FathomError) {
        let folder = AtomicFile.folder(of: path)
        guard FileManager.default.fileExists(atPath: folder) else {
            throw FathomError(.cannotWrite, "\(path): cannot be written (there is no folder \(folder))")
        }
        try FathomError.wrapping(.cannotWrite) { () throws(ImagingError) in try AtomicFile.check(path) }
    }

    /// Writes a file; a reader sees either the whole new file or what was there before.
    ///
    /// - Throws: ``FathomError`` when it cannot be written.
    package static func write(_ text: String, to path: String) throws(FathomError) {
        try FathomError.wrapping(.cannotWrite) { () throws(ImagingError) in
            try AtomicFile.write(Array(text.utf8), to: path)
        }
    }
}
