import DataSets
import Evaluation
import Imaging
import Scheduler
import Synchronization

/// Measures depth against the truth: files that any program wrote, or a model as it runs.
public final class DepthEvaluation: Sendable {
    private let options: EvaluationOptions
    private let measurement: DepthMeasurement
    private let source: PredictionSource
    private let samples: [Sample]
    private let baselines: Baselines?
    private let earlyFailures: [EvaluationReport.Failure]

    /// Images that will be measured, bad ones included.
    public var imageCount: Int { samples.count }

    /// Measures the depth files of a folder.
    ///
    /// - Parameters:
    ///   - predictions: the folder; files are named as the photographs or depths of the truth, in the same structure.
    ///   - truth: the folder of the data set or of depth files; nil when only `options.masks` are compared with.
    ///   - options: how to measure.
    /// - Throws: ``FathomError`` when an option cannot be or nothing is found.
    public convenience init(predictions: String, truth: String?, options: EvaluationOptions) throws(FathomError) {
        guard truth != nil || options.masks != nil else {
            throw FathomError(
                .invalidArgument, "give the true depths or foreground masks", parameters: [.truth, .masks])
        }
        let files = DepthFileIndex(folder: predictions)
        if let failure = files.failures.first { throw FathomError(.unreadableImage, "\(failure)") }
        guard !files.paths.isEmpty else {
            throw FathomError(.unreadableImage, "\(predictions): holds no depth file (\(DepthFileFormats.list))")
        }
        let found = try SampleFinder(options).samples(truth: truth, predictions: files)
        try self.init(source: .files(files), found, options)
    }

    /// Measures a model on photographs with known depth.
    ///
    /// - Parameters:
    ///   - model: computes the depths.
    ///   - data: the folder of the data set, or of pairs of photograph and depth.
    ///   - truth: the depths' folder when it is another one.
    ///   - options: how to measure.
    /// - Throws: ``FathomError`` when an option cannot be or nothing is found.
    public convenience init(
        model: DepthEstimator, data: String, truth: String? = nil, options: EvaluationOptions
    ) throws(FathomError) {
        if !model.estimatesFieldOfView && options.focalLength == .estimated {
            throw FathomError(
                .invalidArgument, "\(model.modelName) has no field-of-view network; use the true focal length",
                parameters: [.focalLengthUse])
        }
        let found = try SampleFinder(options).samples(data: data, truth: truth)
        try self.init(source: .model(model), found, options)
    }

    private init(
        source: PredictionSource, _ found: SampleSearch, _ options: EvaluationOptions
    ) throws(FathomError) {
        try options.validate()
        self.options = options
        self.source = source
        measurement = try options.measurement()
        samples = Array(found.samples.prefix(options.limit ?? .max))
        earlyFailures = found.failures.map { EvaluationReport.Failure(file: $0.path, error: "\($0)") }
        baselines = options.hasBaselines ? try Baselines(options, samples) : nil
    }

    /// Measures every image: while one is computed, the next is read and the one before is measured.
    ///
    /// - Parameter report: called after each image, from one other thread, with its name and what went wrong.
    /// - Returns: the figures, and the images that could not be measured.
    public func run(
        report: @escaping @Sendable (_ file: String, FathomError?) -> Void = { _, _ in }
    ) -> EvaluationReport {
        let results = Mutex(EvaluationResults(failures: earlyFailures))
        let measurer = SampleMeasurer(
            measurement: measurement, source: source, baselines: baselines, options: options)
        // Depth maps of some data sets have 24 million pixels: no more than needed wait.
        let pipeline = Pipeline(
            capacity: 1, decode: { try measurer.read($0) }, compute: { try measurer.predict($0) },
            write: { try measurer.measure($0) })
        pipeline.run(samples) { sample, result in
            switch result {
            case .success(let scores):
                results.withLock { $0.add(sample.key, scores) }
                report(sample.key, nil)
            case .failure(let error):
                results.withLock { $0.fail(sample.key, "\(error)") }
                report(sample.key, error as? FathomError ?? FathomError(.unreadableImage, "\(error)"))
            }
        }
        return results.withLock { $0.report(options, measurement) }
    }
}

/// The formats of depth files, for messages.
enum DepthFileFormats {
    static let list = DepthFileReader.extensions.map { "." + $0 }.joined(separator: ", ")
}

/// Figures as they come in.
private struct EvaluationResults: Sendable {
    private var methods: [(name: String, images: [(file: String, scores: ImageScores)])] = []
    private var failures: [EvaluationReport.Failure]

    init(failures: [EvaluationReport.Failure]) { self.failures = failures }

    mutating func add(_ file: String, _ scores: [MethodScores]) {
        for score in scores {
            if let index = methods.firstIndex(where: { $0.name == score.method }) {
                methods[index].images.append((file, score.scores))
            } else {
                methods.append((score.method, [(file, score.scores)]))
            }
        }
    }

    mutating func fail(_ file: String, _ error: String) {
        failures.append(EvaluationReport.Failure(file: file, error: error))
    }

    func report(_ options: EvaluationOptions, _ measurement: DepthMeasurement) -> EvaluationReport {
        EvaluationReport(
            preset: options.preset, nearestM: measurement.range.nearest, farthestM: measurement.range.farthest,
            crop: measurement.crop.rawValue, alignment: measurement.alignment.rawValue,
            methods: methods.map { EvaluationReport.Method(name: $0.name, $0.images) }, failures: failures)
    }
}
