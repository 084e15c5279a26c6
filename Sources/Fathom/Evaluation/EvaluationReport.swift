import Evaluation

/// The figures of a data set.
public struct EvaluationReport: Sendable, Codable, Hashable {
    /// The figures of one image, as one method predicts it.
    public struct Image: Sendable, Codable, Hashable {
        /// The image's name.
        public let file: String
        /// Each figure by its name.
        public let metrics: [String: Double]
        /// Pixels that the depth errors count; nil where only boundaries were measured.
        public let validPixels: Int?
        /// Pixels whose true depth is unknown.
        public let unknownPixels: Int?
        /// Pixels whose true depth is outside the range.
        public let outOfRangePixels: Int?
        /// Valid pixels whose prediction is not a positive number; they count as the nearest or farthest depth.
        public let invalidPredictions: Int?
        /// Width and height of a prediction that was resized to the truth's size.
        public let resizedFrom: [Int]?
    }

    /// What was measured: files, a model with one of two focal lengths, or a baseline.
    public struct Method: Sendable, Codable, Hashable {
        /// Its name.
        public let name: String
        /// Means over the images that have the figure.
        public let mean: [String: Double]
        /// How many images have it.
        public let imageCounts: [String: Int]
        /// Each image.
        public let images: [Image]
    }

    /// An image that could not be measured.
    public struct Failure: Sendable, Codable, Hashable {
        /// The image or file.
        public let file: String
        /// What is wrong, and what to do about it.
        public let error: String
    }

    /// The preset; nil for a folder of pairs.
    public let preset: String?
    /// Metres; nothing nearer counts.
    public let nearestM: Double
    /// Metres; nothing farther counts.
    public let farthestM: Double
    /// The part of an image that counts.
    public let crop: String
    /// What predictions were given first.
    public let alignment: String
    /// What was measured.
    public let methods: [Method]
    /// What could not be.
    public let failures: [Failure]

    /// The names of all figures, in the order of tables.
    public static let metricNames = Metric.allCases.map(\.rawValue)
}

extension EvaluationReport.Image {
    init(file: String, _ scores: ImageScores) {
        self.file = file
        metrics = Dictionary(uniqueKeysWithValues: scores.values.map { ($0.key.rawValue, $0.value) })
        let hasDepth = scores.validPixelCount > 0
        validPixels = hasDepth ? scores.validPixelCount : nil
        unknownPixels = hasDepth ? scores.unknownTruthCount : nil
        outOfRangePixels = hasDepth ? scores.outOfRangeCount : nil
        invalidPredictions = hasDepth ? scores.invalidPredictionCount : nil
        resizedFrom = scores.resizedFrom.map { [$0.width, $0.height] }
    }
}

extension EvaluationReport.Method {
    init(name: String, _ images: [(file: String, scores: ImageScores)]) {
        self.name = name
        let means = MeanScores(images.map(\.scores))
        mean = Dictionary(uniqueKeysWithValues: means.values.map { ($0.key.rawValue, $0.value) })
        imageCounts = Dictionary(uniqueKeysWithValues: means.counts.map { ($0.key.rawValue, $0.value) })
        self.images = images.map { EvaluationReport.Image(file: $0.file, $0.scores) }
    }
}
