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

    /// Whether every result exists already.
    public func isDone(_ formats: [DepthFormat]) -> Bool {
        formats.allSatisfy { FileManager.default.fileExists(atPath: outputPath($0)) }
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
