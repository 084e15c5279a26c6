package import Evaluation
import Foundation
package import Imaging

/// One image of a data set: where its photograph, depth and camera lie, and how they are read.
package struct Sample: Sendable, Equatable {
    /// The photograph's path below the data set's folder, without extension: the name of a prediction.
    package var key: String
    /// Other names that a prediction may have.
    package var otherKeys: [String] = []
    /// The photograph; nil when only depth is known.
    package var photographPath: String?
    /// The file of the true depth.
    package var depthPath: String
    /// What its numbers mean.
    package var encoding: DepthEncoding
    /// Where the camera is described.
    package var camera: CameraFile?
    /// Masks that are not zero where the depth is valid.
    package var validityMaskPaths: [String] = []
    /// Whether photograph and depth are cut to KITTI's benchmark size first.
    package var isCutToKITTIBenchmark = false

    /// Describes a sample.
    package init(key: String, photographPath: String? = nil, depthPath: String, encoding: DepthEncoding) {
        self.key = key
        self.photographPath = photographPath
        self.depthPath = depthPath
        self.encoding = encoding
    }
}

/// The truth about one image.
package struct Truth: Sendable {
    /// Depth in metres, cut as the data set is evaluated.
    package var depth: DepthGrid
    /// The size of the whole depth map, before it was cut.
    package var wholeSize: (width: Int, height: Int)
    /// Horizontal focal length over the width of the photograph that it belongs to; nil when the camera is not known.
    package var focalLengthOverWidth: Double?
}

extension Sample {
    /// Reads depth and camera.
    ///
    /// - Parameter limits: what the depth file may claim.
    /// - Returns: the truth, cut as the data set is evaluated.
    /// - Throws: `DataSetError` or `ImagingError` when a file is missing, damaged or too large.
    package func truth(limits: DepthFileLimits = DepthFileLimits()) throws -> Truth {
        let description = try camera?.read(photographPath: photographPath)
        if description?.isMetric == false {
            throw DataSetError(depthPath, "is of unknown scale (\"metric\": false); leave it out of the evaluation")
        }
        let content = try content(limits)
        var depth = try encoding.metres(content, camera: description, path: depthPath)
        if let scale = description?.depthScale { depth.metres = depth.metres.map { $0 * scale } }
        for mask in validityMaskPaths { try apply(mask, to: &depth) }
        let focal = description?.focalLengthPixels ?? content.focalLengthPixels
        let wholeSize = (depth.width, depth.height)
        var width = Double(description?.imageWidth ?? depth.width)
        if description?.imageWidth == nil, let photographPath {
            width = Double(try PhotographDecoder.size(of: photographPath).width)
        }
        if isCutToKITTIBenchmark {
            guard let part = PixelRectangle.kittiBenchmark(width: depth.width, height: depth.height) else {
                throw DataSetError(depthPath, "is smaller than the 1216 x 352 pixels of KITTI's benchmark")
            }
            depth = depth.cropped(part)
            width = Double(part.columns.count)
        }
        return Truth(depth: depth, wholeSize: wholeSize, focalLengthOverWidth: focal.map { $0 / width })
    }

    private func content(_ limits: DepthFileLimits) throws -> DepthFileContent {
        guard encoding == .rawMetres else { return try DepthFileReader.read(depthPath, limits: limits) }
        guard let photographPath else { throw DataSetError(depthPath, "has no photograph that tells its size") }
        let size = try PhotographDecoder.size(of: photographPath)
        let map = try RawFloats.read(
            DepthFileReader.bytes(depthPath), width: size.width, height: size.height, name: depthPath, limits: limits)
        return DepthFileContent(map: map)
    }

    private func apply(_ mask: String, to depth: inout DepthGrid) throws {
        let image = try PhotographDecoder().decode(contentsOf: mask).image
        guard image.width == depth.width, image.height == depth.height else {
            throw DataSetError(mask, "is not of the depth's size, \(depth.width) x \(depth.height)")
        }
        for index in depth.metres.indices where image.pixels[3 * index] == 0 { depth.metres[index] = .nan }
    }
}
