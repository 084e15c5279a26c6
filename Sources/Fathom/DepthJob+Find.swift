import Foundation
import Imaging

extension DepthJob {
    /// A path that gives no job.
    public struct Failure: Sendable {
        /// The path; nil when the cause is not one path's.
        public let path: String?
        /// What is wrong with it.
        public let error: FathomError
    }

    /// Lists the photographs among `paths`, walking folders, in sorted order; each once.
    ///
    /// Results go beside each photograph, or below `folder` in the structure of the folder that was walked. They take
    /// the photograph's name without its extension; with it where two photographs would meet otherwise. Results of
    /// earlier runs are not taken for photographs, unless one is named itself without its photograph.
    ///
    /// - Returns: the jobs, and the paths that give none with the reason: they cannot be read, or their results would
    ///   replace another's.
    public static func find(
        _ paths: [String], outputFolder folder: String?
    ) -> (jobs: [DepthJob], failures: [Failure]) {
        let search = ImageSearch(paths)
        let candidates = withoutResults(distinct(search.images, folder), named: Set(paths))
        let stems = outputStems(candidates)
        var owners: [String: String] = [:]
        var jobs: [DepthJob] = []
        var failures = search.failures.map { Failure(path: $0.path, error: FathomError(.unreadableImage, "\($0)")) }
        for (candidate, stem) in zip(candidates, stems) {
            if let owner = owners[stem.key] {
                let message = "\(candidate.path): its results would replace those of \(owner); give it another --output"
                failures.append(Failure(path: candidate.path, error: FathomError(.invalidArgument, message)))
            } else {
                owners[stem.key] = candidate.path
                jobs.append(DepthJob(photographPath: candidate.path, outputStem: stem.path))
            }
        }
        return (jobs, failures)
    }
}

/// A path, and one spelling of it by which to compare: "./a//b" and "a/b" are the same. The file system is not asked, so
/// that ".." stays: what it leads to depends on links.
private struct ComparablePath {
    let path: String
    let key: String

    init(_ path: String) {
        self.path = path
        let parts = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        key = path.hasPrefix("/") ? "/" + parts : parts
    }
}

/// A photograph, and its results' path with the photograph's extension and without.
private struct Candidate {
    let path: String
    let key: String
    let fullStem: ComparablePath
    let shortStem: ComparablePath

    init(_ image: FoundImage, _ folder: String?) {
        path = image.path
        key = ComparablePath(path).key
        let stem = folder.map { ($0 as NSString).appendingPathComponent(image.relativePath) } ?? image.path
        fullStem = ComparablePath(stem)
        shortStem = ComparablePath((stem as NSString).deletingPathExtension)
    }
}

/// A photograph that is named twice, or named and found in a folder, is the same where its results are.
private func distinct(_ images: [FoundImage], _ folder: String?) -> [Candidate] {
    var seen: Set<[String]> = []
    return images.map { Candidate($0, folder) }.filter { seen.insert([$0.key, $0.fullStem.key]).inserted }
}

/// Leaves out what looks like a result; when it was named itself, only if its photograph is there too.
private func withoutResults(_ candidates: [Candidate], named: Set<String>) -> [Candidate] {
    let suffixes = DepthFormat.allCases.map(\.fileSuffix)
    var makers: [String: Set<String>] = [:]
    for candidate in candidates {
        for stem in [candidate.shortStem.key, candidate.fullStem.key] {
            for suffix in suffixes { makers[stem + suffix, default: []].insert(candidate.key) }
        }
    }
    return candidates.filter { candidate in
        guard suffixes.contains(where: candidate.path.hasSuffix) else { return true }
        guard named.contains(candidate.path) else { return false }
        return makers[candidate.key, default: []].subtracting([candidate.key]).isEmpty
    }
}

/// The short stems; whoever meets another keeps the extension, which may make it meet a third.
private func outputStems(_ candidates: [Candidate]) -> [ComparablePath] {
    var stems = candidates.map(\.shortStem)
    while true {
        let counts = stems.reduce(into: [String: Int]()) { $0[$1.key, default: 0] += 1 }
        let clashing = candidates.indices.filter {
            counts[stems[$0].key, default: 0] > 1 && stems[$0].key != candidates[$0].fullStem.key
        }
        if clashing.isEmpty { return stems }
        for index in clashing { stems[index] = candidates[index].fullStem }
    }
}

extension ImagingError {
    fileprivate var path: String? {
        switch self {
        case .notFound(let path), .permissionDenied(let path), .unreadable(let path, _): path
        default: nil
        }
    }
}
