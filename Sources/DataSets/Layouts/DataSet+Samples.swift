import Foundation
import Imaging

/// The samples found below a folder.
package struct SampleSearch: Sendable {
    /// In the order of their photographs' names.
    package var samples: [Sample] = []
    /// What could not be read or has no depth.
    package var failures: [DataSetError] = []

    /// Nothing yet.
    package init() {}
}

extension DataSet {
    /// Finds the samples below a folder, at any level: the whole data set, a split of it or a scene.
    package func samples(in folder: String) -> SampleSearch {
        let search = ImageSearch([folder])
        var found = SampleSearch()
        found.failures = search.failures.map { DataSetError(folder, "\($0)") }
        for image in search.images {
            let photograph = SamplePath(root: folder, image)
            do throws(DataSetError) {
                if let sample = try sample(of: photograph) { found.samples.append(sample) }
            } catch {
                found.failures.append(error)
            }
        }
        return found
    }

    /// The sample of an image; nil for an image that is none of the data set's photographs or has no depth.
    private func sample(of photograph: SamplePath) throws(DataSetError) -> Sample? {
        switch self {
        case .nyuv2: photograph.nyu
        case .kittiEigen: photograph.kitti
        case .void: photograph.void
        case .booster: photograph.booster
        case .eth3d: photograph.eth3d
        case .middlebury: photograph.middlebury
        case .nuscenes: photograph.exportedLidar
        case .sintel: photograph.sintel
        case .sunrgbd: photograph.sunRGBD
        case .ibims: photograph.ibims
        case .spring: try photograph.spring
        }
    }
}

/// A photograph's place below a data set's folder, and the files around it.
struct SamplePath {
    /// The data set's folder.
    let root: String
    /// The photograph's path.
    let path: String
    /// Its name with extension.
    let name: String
    /// Its name without extension.
    let stem: String
    /// The folder it lies in.
    let folder: String
    /// Its path below the root, without extension.
    let key: String

    init(root: String, _ image: FoundImage) {
        self.root = root
        path = image.path
        name = (path as NSString).lastPathComponent
        stem = (name as NSString).deletingPathExtension
        folder = AtomicFile.folder(of: path)
        key = (image.relativePath as NSString).deletingPathExtension
    }

    /// The names of the folders above it, nearest first.
    var folderNames: [String] { folder.split(separator: "/").reversed().map(String.init) }

    /// The folder that many levels above the photograph's.
    func up(_ levels: Int) -> String { (0..<levels).reduce(folder) { above, _ in AtomicFile.folder(of: above) } }

    /// The first of the paths that exists.
    func existing(_ paths: [String]) -> String? { paths.first { FileManager.default.fileExists(atPath: $0) } }

    /// The sample of this photograph, when its depth exists.
    func sample(depth: String, _ encoding: DepthEncoding, camera: CameraFile? = nil) -> Sample? {
        guard existing([depth]) != nil else { return nil }
        var sample = Sample(key: key, photographPath: path, depthPath: depth, encoding: encoding)
        sample.camera = camera
        return sample
    }
}
