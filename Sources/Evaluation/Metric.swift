/// A figure of an image, and of a data set as the mean over its images.
package enum Metric: String, Sendable, Hashable, CaseIterable, Comparable {
    case delta1, delta2, delta3
    case absRel = "abs_rel"
    case sqRel = "sq_rel"
    case rmse
    case rmseLog = "rmse_log"
    case log10, silog
    case boundaryF1 = "boundary_f1"
    case boundaryRecall = "boundary_recall"
    case focalDelta25 = "focal_delta25"
    case focalDelta50 = "focal_delta50"
    case fovDelta25 = "fov_delta25"

    /// The order of the cases, which is that of tables.
    package static func < (first: Metric, second: Metric) -> Bool {
        guard let a = allCases.firstIndex(of: first), let b = allCases.firstIndex(of: second) else { return false }
        return a < b
    }
}

/// The figures of one image and the pixels that they stand on.
package struct ImageScores: Sendable, Equatable {
    /// Each figure that could be had.
    package var values: [Metric: Double] = [:]
    /// Pixels that the depth errors count.
    package var validPixelCount = 0
    /// Pixels of the crop whose true depth is unknown.
    package var unknownTruthCount = 0
    /// Pixels of the crop whose true depth is outside the range, sky included.
    package var outOfRangeCount = 0
    /// Valid pixels whose prediction is not a positive finite number; they count as the clamp makes them.
    package var invalidPredictionCount = 0
    /// The prediction's own size when it was resized to the truth's.
    package var resizedFrom: (width: Int, height: Int)?

    /// No figures yet.
    package init() {}

    /// Whether both are the same.
    package static func == (first: ImageScores, second: ImageScores) -> Bool {
        first.values == second.values && first.validPixelCount == second.validPixelCount
            && first.unknownTruthCount == second.unknownTruthCount && first.outOfRangeCount == second.outOfRangeCount
            && first.invalidPredictionCount == second.invalidPredictionCount
            && first.resizedFrom?.width == second.resizedFrom?.width
            && first.resizedFrom?.height == second.resizedFrom?.height
    }
}

extension ImageScores {
    /// Puts the depth errors under their names.
    mutating func set(_ errors: DepthErrors) {
        values.merge([
            .delta1: errors.delta1, .delta2: errors.delta2, .delta3: errors.delta3, .absRel: errors.absRel,
            .sqRel: errors.sqRel, .rmse: errors.rmse, .rmseLog: errors.rmseLog, .log10: errors.log10,
            .silog: errors.siLog,
        ]) { _, new in new }
    }

    /// Puts the focal length's hits under their names.
    package mutating func set(_ focal: FocalLengthScore) {
        values[.focalDelta25] = focal.isWithin25 ? 1 : 0
        values[.focalDelta50] = focal.isWithin50 ? 1 : 0
        values[.fovDelta25] = focal.isFieldOfViewWithin25 ? 1 : 0
    }
}

/// Means over images; a figure that an image does not have is left out of that figure's mean.
package struct MeanScores: Sendable, Equatable {
    /// The mean of each figure that any image has.
    package let values: [Metric: Double]
    /// How many images have it.
    package let counts: [Metric: Int]

    /// Averages.
    package init(_ images: [ImageScores]) {
        var values: [Metric: Double] = [:]
        var counts: [Metric: Int] = [:]
        for metric in Metric.allCases {
            let figures = images.compactMap { $0.values[metric] }
            guard !figures.isEmpty else { continue }
            values[metric] = figures.reduce(0, +) / Double(figures.count)
            counts[metric] = figures.count
        }
        self.values = values
        self.counts = counts
    }
}
