import DataSets
import Evaluation
import Imaging

/// What any model should beat: the same depth everywhere, and the same map for every image.
struct Baselines: Sendable {
    private let constantMetres: Double
    /// Canonical inverse depth: focal length over width and depth.
    private let meanMap: DepthGrid?
    private let meanFieldOfViewDegrees: Double?

    /// Reads the mean map; without a given constant the median of the samples' median depths is computed.
    ///
    /// - Throws: ``FathomError`` when the mean map cannot be read, or no sample can and no constant is given.
    init(_ options: EvaluationOptions, _ samples: [Sample]) throws(FathomError) {
        var stated: Double?
        if let path = options.meanMap {
            let file = try FathomError.wrapping(.unreadableImage) { () throws(ImagingError) in
                try MeanMapFile(path)
            }
            meanMap = file.map
            meanFieldOfViewDegrees = file.fieldOfViewDegrees
            stated = file.constantMetres
        } else {
            meanMap = nil
            meanFieldOfViewDegrees = nil
        }
        if let constant = options.constantDepthMetres ?? stated {
            constantMetres = constant
        } else {
            guard let constant = try Self.median(samples, options) else {
                throw FathomError(.unreadableImage, "no true depth can be read, so that there is no constant depth")
            }
            constantMetres = constant
        }
    }

    private static func median(_ samples: [Sample], _ options: EvaluationOptions) throws(FathomError) -> Double? {
        let range = try options.measurement().range
        let limits = DepthFileLimits(maximumPixelCount: options.maximumPixelCount)
        let medians = samples.compactMap { sample -> Double? in
            guard let truth = try? sample.truth(limits: limits) else { return nil }
            return Alignment.median(truth.depth.metres.filter(range.contains))
        }
        return Alignment.median(medians)
    }

    /// Both maps at the truth's size.
    func predictions(for truth: Truth) -> [Prediction] {
        let (width, height) = (truth.depth.width, truth.depth.height)
        let metres = [Double](repeating: constantMetres, count: width * height)
        var predictions = [
            Prediction(
                method: "constant depth", depth: DepthGrid(width: width, height: height, metres: metres))
        ]
        if let meanMap, let focal = truth.focalLengthOverWidth {
            var depth = meanMap.resized(width: width, height: height)
            depth.metres = depth.metres.map { 1 / max($0 / focal, 1e-4) }
            let estimated = meanFieldOfViewDegrees.map {
                FocalLength.pixels(horizontalFieldOfViewDegrees: $0, width: 1)
            }
            predictions.append(Prediction(method: "mean map", depth: depth, estimatedFocalOverWidth: estimated))
        }
        return predictions
    }
}

/// The mean canonical inverse depth of training images.
private struct MeanMapFile {
    let map: DepthGrid
    var fieldOfViewDegrees: Double?
    var constantMetres: Double?

    init(_ path: String) throws(ImagingError) {
        let bytes = try DepthFileReader.bytes(path)
        let stored: NumberMap
        if path.hasSuffix(".npz") {
            let archive = try NPZReader(bytes, name: path)
            guard let array = try archive.array("inverse_depth") else {
                throw .corrupt(name: path, reason: "it holds no array 'inverse_depth'")
            }
            stored = try array.map(name: path)
            fieldOfViewDegrees = archive.scalar("fov_deg").flatMap { $0 > 0 && $0 < 180 ? $0 : nil }
            constantMetres = archive.scalar("constant_depth").flatMap { $0 > 0 && $0 < .infinity ? $0 : nil }
        } else {
            stored = try NPYReader.read(bytes, name: path).map(name: path)
        }
        guard stored.values.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw .corrupt(name: path, reason: "inverse depth is negative or not finite")
        }
        // Zero is as far as can be, not unknown.
        map = DepthGrid(
            width: stored.width, height: stored.height, metres: stored.values.map { max(Double($0), 1e-12) })
    }
}
