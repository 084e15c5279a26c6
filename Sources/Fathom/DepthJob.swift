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

    /// Lists the photographs among `paths`, walking folders, in sorted order.
    ///
    /// Results go beside each photograph, or below `folder` in the structure of the folder that was walked. They take
    /// the photograph's name without its extension; with it where two photographs would meet otherwise. Results of
    /// earlier runs are not taken for photographs.
    ///
    /// - Returns: the jobs, and the paths that cannot be read with the reason.
    public static func find(
        _ paths: [String], outputFolder folder: String?
    ) -> (jobs: [DepthJob], failures: [FathomError]) {
        let search = ImageSearch(paths)
        let images = search.images.filter { image in
            paths.contains(image.path) || !DepthFormat.allCases.contains { image.path.hasSuffix($0.fileSuffix) }
        }
        let base = images.map { image in
            folder.map { ($0 as NSString).appendingPathComponent(image.relativePath) } ?? image.path
        }
        let stems = base.map { ($0 as NSString).deletingPathExtension }
        let stemCounts = stems.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let jobs = images.indices.map { index in
            DepthJob(
                photographPath: images[index].path,
                outputStem: stemCounts[stems[index]] == 1 ? stems[index] : base[index])
        }
        return (jobs, search.failures.map { FathomError(.unreadableImage, "\($0)") })
    }
}
