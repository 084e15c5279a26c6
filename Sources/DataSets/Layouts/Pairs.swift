import Foundation
import Imaging

/// Depth files by name, whatever their format.
package struct DepthFileIndex: Sendable {
    /// Each path by its place below the folder, without what the format adds to the name.
    package private(set) var paths: [String: String] = [:]
    /// Folders that could not be read.
    package private(set) var failures: [DataSetError] = []

    /// Looks for depth files below a folder, without hidden ones and without `fathom depth`'s colour pictures. Of several
    /// with a name the most exact format is taken.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - holdsTruth: whether it holds true depths: then what Fathom wrote beside them is taken last.
    package init(folder: String, holdsTruth: Bool = false) {
        var candidates: [String: [(path: String, rank: Int)]] = [:]
        // Which only a folder has, also behind a link.
        guard FileManager.default.fileExists(atPath: folder + "/.") else {
            failures = [DataSetError(folder, "is no folder that can be read; check the path")]
            return
        }
        let search = ImageSearch([folder], extensions: Set(DepthFileReader.extensions))
        failures = search.failures.map { DataSetError(folder, "\($0)") }
        for file in search.images {
            guard let (key, rank) = Self.key(file.relativePath) else { continue }
            candidates[key, default: []].append((file.path, rank))
        }
        for (key, files) in candidates {
            paths[key] = Self.best(files.sorted { $0.rank < $1.rank }, holdsTruth)
        }
    }

    private static func best(_ files: [(path: String, rank: Int)], _ holdsTruth: Bool) -> String? {
        guard holdsTruth, files.count > 1 else { return files.first?.path }
        let others = files.lazy.filter { $0.rank < doubtfulRank && (try? FathomMark.isOn($0.path)) != true }
        return others.first?.path ?? files.first?.path
    }

    /// The rank of `fathom depth`'s names, and that of images which may as well be the photograph.
    private static let suffixedRank = DepthFileReader.extensions.count
    private static let doubtfulRank = 2 * suffixedRank

    /// The sorted names.
    package var keys: [String] { paths.keys.sorted() }

    /// The name without the format's suffix, and how early the format is preferred; nil for what is no depth file.
    private static func key(_ name: String) -> (String, Int)? {
        let path = name as NSString
        guard let rank = DepthFileReader.extensions.firstIndex(of: path.pathExtension.lowercased()) else { return nil }
        var key = path.deletingPathExtension
        if key.hasSuffix(".color") { return nil }
        for (suffix, least) in [(".depth", suffixedRank), ("_depth", 0)] where key.hasSuffix(suffix) {
            key = String(key.dropLast(suffix.count))
            return (key, least + rank)
        }
        // A plain .png or .tif may as well be the photograph: it comes last.
        let isDoubtful = ["png", "tif", "tiff"].contains(path.pathExtension.lowercased())
        return (key, isDoubtful ? doubtfulRank + rank : rank)
    }
}

/// Photographs with their depth in the same folder (NAME.jpg and NAME.npz, NAME.npy, NAME.exr, NAME.pfm, NAME.dpt or
/// NAME_depth.png) or below another one, and NAME.json with the camera.
package enum Pairs {
    /// Pairs the photographs of a folder with their depths.
    ///
    /// - Parameters:
    ///   - folder: holds the photographs, at any level.
    ///   - depthFolder: holds the depths in the same structure; nil when they lie beside the photographs.
    ///   - encoding: what the depths' numbers mean.
    /// - Returns: the pairs, and the photographs without a depth.
    package static func samples(
        photographs folder: String, depths depthFolder: String? = nil, encoding: DepthEncoding
    ) -> SampleSearch {
        var found = SampleSearch()
        let search = ImageSearch([folder])
        let depths = DepthFileIndex(folder: depthFolder ?? folder, holdsTruth: true)
        found.failures = search.failures.map { DataSetError(folder, "\($0)") } + depths.failures
        for image in search.images {
            let photograph = SamplePath(root: folder, image)
            // In one folder an image may be a depth, or a result of an earlier run.
            if depthFolder == nil, isDepth(photograph) { continue }
            guard let depth = depths.paths[photograph.key], depth != photograph.path else {
                found.failures.append(DataSetError(photograph.path, "has no depth file of its name"))
                continue
            }
            var sample = Sample(
                key: photograph.key, photographPath: photograph.path, depthPath: depth, encoding: encoding)
            sample.camera = camera(photograph.key, folders: [folder, depthFolder])
            found.samples.append(sample)
        }
        return found
    }

    /// The depths of a folder alone, to measure predictions with.
    package static func samples(depths folder: String, encoding: DepthEncoding) -> SampleSearch {
        var found = SampleSearch()
        let depths = DepthFileIndex(folder: folder, holdsTruth: true)
        found.failures = depths.failures
        for key in depths.keys {
            guard let path = depths.paths[key] else { continue }
            var sample = Sample(key: key, depthPath: path, encoding: encoding)
            sample.camera = camera(key, folders: [folder])
            found.samples.append(sample)
        }
        return found
    }

    private static func isDepth(_ photograph: SamplePath) -> Bool {
        [".depth", "_depth", ".color"].contains(where: photograph.stem.hasSuffix)
    }

    private static func camera(_ key: String, folders: [String?]) -> CameraFile? {
        let paths = folders.compactMap { $0.map { $0 + "/" + key + ".json" } }
        return paths.first { FileManager.default.fileExists(atPath: $0) }.map { .json(path: $0) }
    }
}
