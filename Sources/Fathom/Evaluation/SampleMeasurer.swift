import DataSets
import Evaluation
import Foundation
import Imaging

/// Where predictions come from.
enum PredictionSource: Sendable {
    case files(DepthFileIndex)
    case model(DepthEstimator)
}

/// The figures of one image by one method.
struct MethodScores: Sendable {
    let method: String
    let scores: ImageScores
}

/// A depth map to be measured.
struct Prediction: Sendable {
    /// What the table calls it.
    let method: String
    /// Its depths, or inverse depths.
    let depth: DepthGrid
    /// Horizontal focal length over width that it claims to have estimated.
    var estimatedFocalOverWidth: Double?
    /// Whether it holds what predicted files hold; baselines and models always hold metres.
    var isFile = false
}

/// The three stages that an image goes through.
struct SampleMeasurer: Sendable {
    let measurement: DepthMeasurement
    let source: PredictionSource
    let baselines: Baselines?
    let options: EvaluationOptions

    /// What was read of an image.
    struct Read: Sendable {
        let sample: Sample
        let truth: Truth?
        let isForeground: [Bool]?
        let maskSize: (width: Int, height: Int)?
        var photograph: Photograph?
        var file: DepthFileContent?
    }

    /// An image with all of its predictions.
    struct Predicted: Sendable {
        let read: Read
        let predictions: [Prediction]
    }

    /// Reads everything that an image needs.
    func read(_ sample: Sample) throws -> Read {
        let limits = DepthFileLimits(maximumPixelCount: options.maximumPixelCount)
        let truth = sample.depthPath.isEmpty ? nil : try sample.truth(limits: limits)
        let mask = try options.masks.map { try readMask(sample, in: $0) }
        var read = Read(
            sample: sample, truth: truth, isForeground: mask?.isForeground, maskSize: mask?.size)
        switch source {
        case .files(let index):
            let names = [sample.key] + sample.otherKeys
            guard let path = names.lazy.compactMap({ index.paths[$0] }).first else {
                throw FathomError(.unreadableImage, "\(sample.key): has no prediction of its name")
            }
            read.file = try DepthFileReader.read(path, limits: limits)
        case .model:
            guard let path = sample.photographPath else {
                throw FathomError(.unreadableImage, "\(sample.depthPath): has no photograph of its name")
            }
            let photograph = try Photograph(contentsOf: path, maximumPixelCount: options.maximumPixelCount)
            read.photograph = sample.isCutToKITTIBenchmark ? try photograph.cutToKITTIBenchmark(path) : photograph
        }
        return read
    }

    private func readMask(_ sample: Sample, in folder: String) throws -> (isForeground: [Bool], size: (Int, Int)) {
        let paths = ["png", "jpg", "PNG", "JPG"].map { folder + "/" + sample.key + "." + $0 }
        guard let path = paths.first(where: FileManager.default.fileExists) else {
            throw FathomError(.unreadableImage, "\(folder)/\(sample.key).png: there is no mask of that name")
        }
        let image = try Photograph(contentsOf: path, maximumPixelCount: options.maximumPixelCount)
        let isForeground = (0..<image.width * image.height).map { Double(image.pixels[3 * $0]) / 255 > 0.1 }
        return (isForeground, (image.width, image.height))
    }

    /// Computes or takes over all predictions of an image.
    func predict(_ read: Read) throws -> Predicted {
        var predictions: [Prediction] = []
        switch source {
        case .files: if let file = read.file { predictions = [try prediction(file, read)] }
        case .model(let model):
            if let photograph = read.photograph { predictions = try model.predictions(photograph, read.truth, options) }
        }
        if let baselines, let truth = read.truth { predictions += baselines.predictions(for: truth) }
        return Predicted(read: read, predictions: predictions)
    }

    private func prediction(_ file: DepthFileContent, _ read: Read) throws(FathomError) -> Prediction {
        var values = file.map.values.map(Double.init)
        if file.isSteps && !options.isInverseDepth {
            guard let steps = options.pngScale?.stepsPerMetre ?? file.stepsPerMetre, steps > 0 else {
                throw FathomError(
                    .invalidArgument,
                    "\(read.sample.key): the prediction states no scale of its steps; give it", parameters: [.pngScale])
            }
            values = values.map { $0 / steps }
        }
        var depth = DepthGrid(width: file.map.width, height: file.map.height, metres: values)
        // A prediction of the whole photograph is cut as the truth was; one of the part is taken as it is.
        if read.sample.isCutToKITTIBenchmark, let whole = read.truth?.wholeSize, whole == (depth.width, depth.height),
            let part = PixelRectangle.kittiBenchmark(width: depth.width, height: depth.height)
        {
            depth = depth.cropped(part)
        }
        let focal = file.focalLengthPixels.map { $0 / Double(depth.width) }
        return Prediction(method: "predictions", depth: depth, estimatedFocalOverWidth: focal, isFile: true)
    }

    /// The figures of every prediction of an image.
    func measure(_ predicted: Predicted) throws -> [MethodScores] {
        try predicted.predictions.map { prediction in
            var scores = ImageScores()
            if let truth = predicted.read.truth {
                scores = try depthScores(prediction, truth, predicted.read.sample)
                if let estimated = prediction.estimatedFocalOverWidth, let actual = truth.focalLengthOverWidth {
                    let width = Double(truth.depth.width)
                    scores.set(
                        FocalLengthScore(
                            estimatedPixels: estimated * width, truePixels: actual * width,
                            imageWidth: truth.depth.width))
                }
            }
            if let isForeground = predicted.read.isForeground, let size = predicted.read.maskSize {
                let depth = prediction.depth.resized(width: size.width, height: size.height)
                scores.values[.boundaryRecall] = BoundaryRecall.score(
                    prediction: depth.limitedForBoundaries(
                        isInverse: prediction.isFile && options.isInverseDepth), isForeground: isForeground)
            }
            return MethodScores(method: prediction.method, scores: scores)
        }
    }

    private func depthScores(
        _ prediction: Prediction, _ truth: Truth, _ sample: Sample
    ) throws(FathomError) -> ImageScores {
        var measurement = measurement
        if !prediction.isFile { measurement.predictionKind = .depth }
        do throws(DepthMeasurement.Failure) {
            return try measurement.scores(prediction: prediction.depth, truth: truth.depth)
        } catch {
            let (text, parameters) = explanation(error)
            throw FathomError(.unreadableImage, "\(sample.key): \(text)", parameters: parameters)
        }
    }

    private func explanation(_ failure: DepthMeasurement.Failure) -> (String, [FathomError.Parameter]) {
        switch failure {
        case .crop(let crop, let width, let height):
            let size = "\(width) x \(height)"
            return ("the crop \(crop.rawValue) is not defined for \(size) pixels; choose another", [.crop])
        case .noValidPixels:
            let range = "\(measurement.range.nearest) and \(measurement.range.farthest) m"
            return ("no true depth lies between \(range); check its unit, or give another range", [.range])
        case .nothingToAlign: return ("the prediction holds no positive number where the truth is known", [])
        }
    }
}

extension DepthGrid {
    /// Depths within the limits of boundaries, unknown ones as NaN.
    fileprivate func limitedForBoundaries(isInverse: Bool) -> DepthGrid {
        var result = self
        result.metres = metres.map { value in
            let depth = isInverse ? 1 / max(value, 0) : value
            return DepthGrid.isKnown(depth) ? DepthMeasurement.boundaryRange.clamped(depth) : .nan
        }
        return result
    }
}
