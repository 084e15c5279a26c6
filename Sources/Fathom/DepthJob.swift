import Foundation

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
}
