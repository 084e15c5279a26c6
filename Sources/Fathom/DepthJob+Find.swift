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
    /// earlier runs are not taken for photographs: what is named as they are and lies where those of one of the
    /// photographs would, or bears Fathom's mark and is not named itself.
    ///
    /// - Returns: the jobs; the paths that give none with the reason: they cannot be read, or their results would
    ///   replace another's; and the results that were left out.
    public static func find(
        _ paths: [String], outputFolder folder: String?
    ) -> (jobs: [DepthJob], failures: [Failure], results: [String]) {
        let search = ImageSearch(paths)
        let found = distinct(search.images, folder)
        let results = resultPaths(found, named: Set(paths))
        let candidates = found.filter { !results.contains($0.path) }
        let stems = outputStems(candidates)
        var owners: [String: String] = [:]
        var jobs: [DepthJob] = []
        var failures = search.failures.map { Failure(path: $0.path, error: FathomError(.unreadableImage, "\($0)")) }
        for (candidate, stem) in zip(candidates, stems) {
            if let owner = owners[stem.key] {
                let message = "\(candidate.path): its results would replace those of \(owner); give it another folder"
                let error = FathomError(.invalidArgument, message, parameters: [.outputFolder])
                failures.append(Failure(path: candidate.path, error: error))
            } else {
                owners[stem.key] = candidate.path
                jobs.append(DepthJob(photographPath: candidate.path, outputStem: stem.path))
            }
        }
        return (jobs, failures, found.map(\.path).filter(results.contains))
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
    /// Where its results are, or were when they went beside it.
    let resultKeys: Set<String>

    init(_ image: FoundImage, _ folder: String?) {
        path = image.path
        key = ComparablePath(path).key
        let stem = folder.map { ($0 as NSString).appendingPathComponent(image.relativePath) } ?? image.path
        fullStem = ComparablePath(stem)
        shortStem = ComparablePath((stem as NSString).deletingPathExtension)
        let besideStem = ComparablePath((image.path as NSString).deletingPathExtension)
        resultKeys = [fullStem.key, shortStem.key, key, besideStem.key]
    }
}

/// A photograph that is named twice, or named and found in a folder, is the same where its results are.
private func distinct(_ images: [FoundImage], _ folder: String?) -> [Candidate] {
    var seen: Set<[String]> = []
    return images.map { Candidate($0, folder) }.filter { seen.insert([$0.key, $0.fullStem.key]).inserted }
}

/// The paths of results of earlier runs. A photograph may be named as a result is, `sky.color.png`.
private func resultPaths(_ candidates: [Candidate], named: Set<String>) -> Set<String> {
    let suffixes = DepthFormat.allCases.map(\.fileSuffix)
    var makers: [String: Set<String>] = [:]
    for candidate in candidates {
        for stem in candidate.resultKeys {
            for suffix in suffixes { makers[stem + suffix, default: []].insert(candidate.key) }
        }
    }
    let results = candidates.filter { candidate in
        guard suffixes.contains(where: candidate.path.hasSuffix) else { return false }
        if !makers[candidate.key, default: []].subtracting([candidate.key]).isEmpty { return true }
        return !named.contains(candidate.path) && (try? FathomMark.isOn(candidate.path)) == true
    }
    return Set(results.map(\.path))
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
