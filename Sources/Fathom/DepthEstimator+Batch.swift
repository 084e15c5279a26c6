import Imaging
import Scheduler

/// What to make of each photograph of a batch.
public struct BatchOptions: Sendable {
    /// The files to write.
    public var formats: [DepthFormat] = [.npz, .color]
    /// The scale of ``DepthFormat/png16``.
    public var png16Scale = PNG16Scale.millimetres
    /// The focal length of every photograph, whatever its EXIF data says.
    public var focalLength: KnownFocalLength?
    /// The largest photograph to decode, in pixels.
    public var maximumPixelCount = Photograph.defaultMaximumPixelCount
    /// Whether results replace files that Fathom did not write, such as the true depth beside a photograph.
    public var replacesForeignFiles = false

    /// The defaults.
    public init() {}
}

/// What is worth telling of a photograph whose depth was written.
public struct DepthReport: Sendable, Hashable {
    /// Columns of the upright photograph.
    public let width: Int
    /// Rows of the upright photograph.
    public let height: Int
    /// The focal length that the depth stands on.
    public let focalLengthPixels: Double
    /// Its horizontal field of view.
    public let horizontalFieldOfViewDegrees: Double
    /// Where it came from.
    public let focalLengthSource: FocalLengthSource
    /// The nearest, median and farthest depth.
    public let range: DepthRange
    /// The name of the device that computed it.
    public let deviceName: String
    /// Why that device.
    public let deviceReason: String
    /// Where the time went.
    public let seconds: StageSeconds
    /// The files that were written.
    public let files: [String]
    /// Pixels too far for the 16-bit PNG's scale; they hold its largest value.
    public let saturatedPixelCount: Int
}

extension DepthEstimator {
    /// Estimates and writes the depth of many photographs: the next is decoded and the last written while the network runs
    /// on one. Where it runs on a device of its own, the processor makes the last metric meanwhile. A photograph that fails
    /// does not disturb the others; one whose results would replace files that Fathom did not write fails before it is
    /// computed.
    ///
    /// Returns when all are done. `report` is called for each photograph in order, from one other thread.
    public func process(
        _ jobs: [DepthJob], options: BatchOptions = BatchOptions(),
        report: @escaping @Sendable (DepthJob, Result<DepthReport, FathomError>) -> Void
    ) {
        let pipeline = Pipeline<DepthJob, Decoded, Computed, DepthReport>(
            decode: { job in
                let start = ContinuousClock.now
                if !options.replacesForeignFiles { try job.checkOutputs(options.formats) }
                try job.checkPlaces(options.formats)
                let photograph = try Photograph(
                    contentsOf: job.photographPath, maximumPixelCount: options.maximumPixelCount)
                return Decoded(job: job, photograph: photograph, seconds: start.secondsUntilNow)
            },
            compute: { decoded in
                try naming(decoded.job) { () throws(FathomError) in
                    let inference = try self.infer(decoded.photograph, focalLength: options.focalLength)
                    return Computed(
                        job: decoded.job, inference: inference,
                        depth: inference.ranOnProcessor ? try self.depthMap(inference) : nil,
                        decodeSeconds: decoded.seconds)
                }
            },
            write: { computed in
                if let depth = computed.depth { return try computed.write(depth, options) }
                let depth = try naming(computed.job) { () throws(FathomError) in
                    try self.depthMap(computed.inference)
                }
                return try computed.write(depth, options)
            })
        pipeline.run(jobs) { job, result in
            report(job, result.mapError { $0 as? FathomError ?? FathomError(.device, "\($0)") })
        }
    }
}

/// Adds the photograph to what went wrong: the estimator knows pixels, not files.
private func naming<Result>(
    _ job: DepthJob, _ body: () throws(FathomError) -> Result
) throws(FathomError) -> Result {
    do throws(FathomError) { return try body() } catch {
        throw FathomError(error.code, "\(job.photographPath): \(error.message)", parameters: error.parameters)
    }
}

private struct Decoded: Sendable {
    let job: DepthJob
    let photograph: Photograph
    let seconds: Double
}

private struct Computed: Sendable {
    let job: DepthJob
    let inference: DepthEstimator.Inference
    /// Nil where it is made while the next photograph is computed.
    let depth: DepthMap?
    let decodeSeconds: Double

    func write(_ depth: DepthMap, _ options: BatchOptions) throws(FathomError) -> DepthReport {
        let start = ContinuousClock.now
        try FathomError.wrapping(.cannotWrite) { () throws(ImagingError) in
            try AtomicFile.createFolder(AtomicFile.folder(of: job.outputStem))
        }
        var saturatedPixelCount = 0
        for format in options.formats {
            saturatedPixelCount += try depth.write(
                to: job.outputPath(format), as: format, png16Scale: options.png16Scale)
        }
        var seconds = depth.seconds
        seconds.decode = decodeSeconds
        seconds.write = start.secondsUntilNow
        return DepthReport(
            width: depth.width, height: depth.height, focalLengthPixels: depth.focalLengthPixels,
            horizontalFieldOfViewDegrees: depth.horizontalFieldOfViewDegrees,
            focalLengthSource: depth.focalLengthSource, range: depth.range, deviceName: depth.deviceName,
            deviceReason: depth.deviceReason, seconds: seconds,
            files: options.formats.map(job.outputPath), saturatedPixelCount: saturatedPixelCount)
    }
}
