import Foundation
import Imaging

/// One photograph of a batch and where its results go.
public struct DepthJob: Sendable, Hashable {
    /// The photograph's file.
    public let photographPath: String
    /// The results' path without what follows the photograph's name (``DepthFormat/fileSuffix``).
    public let outputStem: String

    /// Where the result of a format goes.
    public func outputPath(_ format: DepthFormat) -> String { outputStem + format.fileSuffix }

    /// Whether every result exists already. Files of these names that Fathom did not write are none; of a portable float
    /// map, which does not tell who wrote it, any that holds something is taken.
    public func isDone(_ formats: [DepthFormat]) -> Bool {
        formats.allSatisfy { format in
            let isMarked = try? FathomMark.isOn(outputPath(format))
            return format == .pfm ? isMarked != nil : isMarked == true
        }
    }

    /// Looks whether the results can be written, before hours of work.
    ///
    /// - Throws: ``FathomError`` naming the first that cannot.
    func checkPlaces(_ formats: [DepthFormat]) throws(FathomError) {
        try FathomError.wrapping(.cannotWrite) { () throws(ImagingError) in
            for format in formats { try AtomicFile.check(outputPath(format)) }
        }
    }

    /// Looks for results that would replace what Fathom did not write. Portable float maps do not tell who wrote them,
    /// so that none is replaced.
    ///
    /// - Throws: ``FathomError`` naming the first such file.
    func checkOutputs(_ formats: [DepthFormat]) throws(FathomError) {
        for path in formats.map(outputPath) {
            do throws(ImagingError) {
                guard try !FathomMark.isOn(path) else { continue }
            } catch .notFound {
                continue
            } catch .empty {
                // A file of nothing holds nobody's depth, but it is somebody's file.
            } catch .isDirectory {
                throw FathomError(.cannotWrite, "\(path): cannot be written (it is a folder)")
            } catch {
                throw FathomError(.cannotWrite, "\(error)")
            }
            throw FathomError(
                .cannotWrite,
                "\(path): is there already, and not known to be Fathom's; write to another folder, or allow it to be"
                    + " replaced", parameters: [.outputFolder, .replacing])
        }
    }
}
