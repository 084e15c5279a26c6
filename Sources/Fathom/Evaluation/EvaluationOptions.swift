import DataSets
import Evaluation
import Foundation

/// How depth is measured.
public struct EvaluationOptions: Sendable, Equatable {
    /// The focal length that a model's depth stands on.
    public enum FocalLengthUse: String, Sendable, Hashable, CaseIterable {
        /// The camera's, where it is known.
        case known = "true"
        /// The network's estimate.
        case estimated
        /// Both, a row each.
        case both
    }

    /// A data set whose layout, encoding, range and crop are known; nil for a folder of pairs.
    public var preset: String?
    /// Metres; nothing nearer counts, and predictions are clamped to it. nil for the preset's, or 0.1.
    public var nearestMetres: Double?
    /// Metres; nothing farther counts, and predictions are clamped to it. nil for the preset's, or 80.
    public var farthestMetres: Double?
    /// The part of an image that counts: one of ``crops``. nil for the preset's, or the whole.
    public var crop: String?
    /// What a prediction is given before it is measured: one of ``alignments``.
    public var alignment = "none"
    /// Whether predicted files hold inverse depth.
    public var isInverseDepth = false
    /// Steps of a metre in 16-bit PNGs, whatever they state.
    public var pngScale: PNG16Scale?
    /// The focal length that a model's depth stands on.
    public var focalLength = FocalLengthUse.both
    /// Whether the best constant depth and, if ``meanMap`` is given, the mean map are measured as well.
    public var hasBaselines = false
    /// The constant depth in metres; nil for the mean map file's, or the median of the images' median depths.
    public var constantDepthMetres: Double?
    /// A file of the mean canonical inverse depth of training images: `.npy`, or `.npz` with `inverse_depth` and
    /// optionally `fov_deg` and `constant_depth`.
    public var meanMap: String?
    /// A folder of foreground masks, for boundary recall.
    public var masks: String?
    /// A text file with the images to use.
    public var list: String?
    /// Only so many images, from the first on.
    public var limit: Int?
    /// The largest photograph and depth map to read, in pixels.
    public var maximumPixelCount = Photograph.defaultMaximumPixelCount

    /// The defaults.
    public init() {}

    /// The names of all presets.
    public static let presets = DataSet.allCases.map(\.rawValue)
    /// The names of all crops.
    public static let crops = Crop.allCases.map(\.rawValue)
    /// The names of all alignments.
    public static let alignments = Alignment.allCases.map(\.rawValue)
    /// The range that counts where no preset says another: metres.
    public static let defaultRange = (nearest: 0.1, farthest: 80.0)

    /// Checks what can be checked without files.
    ///
    /// - Throws: ``FathomError`` naming the option and its choices.
    public func validate() throws(FathomError) {
        _ = try measurement()
        if let constantDepthMetres, !(constantDepthMetres > 0 && constantDepthMetres < .infinity) {
            throw FathomError(.invalidArgument, "a constant depth of \(constantDepthMetres) m cannot be")
        }
        if let limit, limit < 1 { throw FathomError(.invalidArgument, "give a limit of at least one image") }
        guard maximumPixelCount > 0 else { throw FathomError(.invalidArgument, "give at least one pixel") }
    }
}

extension EvaluationOptions {
    /// The data set of the preset's name.
    func dataSet() throws(FathomError) -> DataSet? {
        guard let preset else { return nil }
        return try Self.choice(preset, "preset")
    }

    /// How each prediction is measured.
    func measurement() throws(FathomError) -> DepthMeasurement {
        let dataSet = try dataSet()
        let nearest = nearestMetres ?? dataSet?.range.nearest ?? Self.defaultRange.nearest
        let farthest = farthestMetres ?? dataSet?.range.farthest ?? Self.defaultRange.farthest
        guard 0 < nearest, nearest < farthest, farthest < .infinity else {
            throw FathomError(.invalidArgument, "\(nearest) to \(farthest) m is no range of depths")
        }
        var measurement = DepthMeasurement(range: MetreRange(nearest, farthest))
        measurement.crop =
            try crop.map { name throws(FathomError) in try Self.choice(name, "crop") }
            ?? dataSet?.crop ?? .none
        measurement.alignment = try Self.choice(alignment, "alignment")
        measurement.predictionKind = isInverseDepth ? .inverseDepth : .depth
        measurement.hasBoundaries = dataSet?.hasBoundaries ?? true
        return measurement
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ what: String
    ) throws(FathomError) -> Choice {
        guard let choice = Choice(rawValue: name) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw FathomError(.invalidArgument, "there is no \(what) '\(name)'; choose one of \(names)")
        }
        return choice
    }
}
