import Foundation
import Imaging

/// The images of a split: a text file with an image a line, in the form of BTS's lists (`IMAGE DEPTH FOCAL`) or alone.
package struct SampleList: Sendable {
    /// Paths of images without extension.
    package let keys: [String]

    /// Reads a list. Lines whose depth is `None` name images without truth and are left out.
    ///
    /// - Throws: `ImagingError` when the file cannot be read.
    package init(path: String) throws {
        let text = String(decoding: try DepthFileReader.bytes(path), as: UTF8.self)
        keys = text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let image = words.first, !image.hasPrefix("#"), !words.dropFirst().prefix(1).contains("None") else {
                return nil
            }
            let path = image.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
            return (path as NSString).deletingPathExtension
        }
    }

    /// The samples that are listed, in the list's order, and what is listed but not there. A listed path may begin above
    /// or below the folder that was searched.
    package func select(_ samples: [Sample], from path: String) -> SampleSearch {
        var found = SampleSearch()
        let byName = Dictionary(grouping: samples) { ($0.key as NSString).lastPathComponent }
        for key in keys {
            let candidates = byName[(key as NSString).lastPathComponent] ?? []
            if let sample = candidates.first(where: { Self.isSame($0.key, key) }) {
                found.samples.append(sample)
            } else {
                found.failures.append(DataSetError(path, "lists \(key), which has no photograph and depth here"))
            }
        }
        return found
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        first == second || first.hasSuffix("/" + second) || second.hasSuffix("/" + first)
    }
}
