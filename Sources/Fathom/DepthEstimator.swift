import CPUBackend
import Foundation
import Imaging
import Models
import TensorCore
import Weights

/// A Depth Pro model on a device, ready to turn photographs into metric depth.
///
/// Loading reads, checks and packs all weights once; estimates then allocate nothing but their results. An estimator
/// may be shared between threads: estimates wait for one another.
public final class DepthEstimator: Sendable {
    /// How to run a model.
    public struct Options: Sendable, Hashable {
        /// The device that runs it.
        public var device = DeviceChoice.auto
        /// Threads of the CPU back end; nil for one on each usable core.
        public var threadCount: Int?
        /// Crops that go through the encoders together; nil for the device's best. The answer does not depend on it.
        public var microBatch: Int?
        /// The arithmetic.
        public var precision = Precision.float32
        /// Whether convolutions that follow one another without an activation are fused, which is exact in real
        /// arithmetic and differs by rounding only.
        public var fusesOperations = true

        /// The defaults.
        public init() {}
    }

    /// The model's folder or file name.
    public let modelName: String
    /// Whether the model estimates the field of view of photographs whose focal length is unknown.
    public let estimatesFieldOfView: Bool

    let runner: ModelRunner

    /// The arithmetic that it runs in: single precision when the CPU took over from a device that ran in half.
    public var precision: Precision { runner.precision }
    /// The name of the device that runs it.
    public var deviceName: String { runner.device.backend.device.name }
    /// Why this device runs it, and since when if another was lost.
    public var deviceReason: String { runner.device.reason }
    /// Why a device that should be better does not run it, or no longer; nil when all is well.
    public var deviceWarning: String? { runner.device.warning }

    /// Loads a checkpoint: a folder in Hugging Face layout or Apple's `depth_pro.pt`.
    ///
    /// - Throws: ``FathomError`` when the checkpoint is not a complete and sound Depth Pro, or does not fit the device.
    public convenience init(model path: String, options: Options = Options()) throws(FathomError) {
        try options.validate()
        try self.init(LoadedModel(path), options)
    }

    /// Loads a model whose speed is of interest: where there is a `config.json` without weights, or no path at all for
    /// the published network, random weights stand in and results mean nothing.
    ///
    /// - Throws: ``FathomError`` when there is no such model, or it does not fit the device.
    public convenience init(measuring path: String?, options: Options = Options()) throws(FathomError) {
        try options.validate()
        try self.init(PlannedModel(measuring: path).forMeasuring, options)
    }

    private init(_ model: LoadedModel, _ options: Options) throws(FathomError) {
        modelName = model.name
        estimatesFieldOfView = model.network.hasFieldOfView
        runner = try ModelRunner(model, options)
    }

    /// Estimates the depth of every pixel.
    ///
    /// - Parameters:
    ///   - photograph: of any size; the depth has the same size.
    ///   - focalLength: what is known of the camera. Without it the photograph's EXIF data is used, and without that the
    ///     network's own estimate; the field-of-view network runs only then.
    /// - Returns: depth in metres, with the focal length it stands on and where that came from.
    /// - Throws: ``FathomError`` when the focal length is neither known nor can be estimated.
    public func estimate(
        _ photograph: Photograph, focalLength: KnownFocalLength? = nil
    ) throws(FathomError) -> DepthMap {
        try depthMap(infer(photograph, focalLength: focalLength))
    }

    /// What the network says of a photograph: everything but the work on its own pixels, so that the device is free for the
    /// next one.
    struct Inference: Sendable {
        fileprivate let output: NetworkOutput
        fileprivate let width: Int
        fileprivate let height: Int
        fileprivate let focalLengthPixels: Double
        fileprivate let focalLengthSource: FocalLengthSource

        /// Whether the processor ran the network, and is needed for the next one.
        var ranOnProcessor: Bool { output.device.backend is CPUBackend }
    }

    /// Runs the network.
    ///
    /// - Throws: as ``estimate(_:focalLength:)``.
    func infer(
        _ photograph: Photograph, focalLength: KnownFocalLength?
    ) throws(FathomError) -> Inference {
        let (width, height) = (photograph.width, photograph.height)
        let known = focalLength ?? photograph.focalLength35mm.map { .equivalent35mm($0) }
        let source = focalLength != nil ? FocalLengthSource.user : known != nil ? .exif : .network
        // A focal length that cannot be is refused before the network runs.
        let knownPixels = try known.map { known throws(FathomError) in try known.pixels(width: width, height: height) }
        if knownPixels == nil && !estimatesFieldOfView {
            throw FathomError(
                .invalidArgument,
                "\(modelName) has no field-of-view network and the photograph no EXIF focal length; give one",
                parameters: [.focalLength])
        }
        try checkMemory(width: width, height: height)
        let output = try run(photograph, needsFieldOfView: knownPixels == nil)
        let focalLengthPixels =
            if let knownPixels { knownPixels } else {
                try pixels(fieldOfViewDegrees: output.fieldOfViewDegrees, width: width)
            }
        return Inference(
            output: output, width: width, height: height, focalLengthPixels: focalLengthPixels,
            focalLengthSource: source)
    }

    /// Metric depth at the photograph's own size, on the processor.
    ///
    /// - Throws: ``FathomError`` when there is no memory for it.
    func depthMap(_ inference: Inference) throws(FathomError) -> DepthMap {
        let (output, width, height) = (inference.output, inference.width, inference.height)
        let focalLengthPixels = inference.focalLengthPixels
        // Other photographs may have taken what there was when the network began.
        try checkMemory(width: width, height: height)
        var seconds = output.seconds
        let start = ContinuousClock.now
        let metres = runner.processor.metricDepth(
            inverseDepth: output.inverseDepth, side: output.side, height: height, width: width,
            scale: Float(Double(width) / focalLengthPixels))
        seconds.metric = start.secondsUntilNow
        return DepthMap(
            width: width, height: height, metres: metres, focalLengthPixels: focalLengthPixels,
            horizontalFieldOfViewDegrees: KnownFocalLength.fieldOfViewDegrees(pixels: focalLengthPixels, width: width),
            focalLengthSource: inference.focalLengthSource, modelName: modelName,
            deviceName: output.device.backend.device.name,
            deviceReason: output.device.reason, seconds: seconds)
    }

    fileprivate struct NetworkOutput: Sendable {
        let inverseDepth: [Float]
        let side: Int
        let fieldOfViewDegrees: Float?
        let device: ChosenDevice
        let seconds: StageSeconds
    }

    private func run(_ photograph: Photograph, needsFieldOfView: Bool) throws(FathomError) -> NetworkOutput {
        let depthName = DepthPro.inverseDepthName(image: 0)
        let fieldOfViewName = DepthPro.fieldOfViewName(image: 0)
        let names = [depthName] + (needsFieldOfView ? [fieldOfViewName] : [])
        let input = HostTensor(shape: [photograph.height, photograph.width, 3], uint8: photograph.pixels)
        let outcome = try runner.run([input], outputs: Set(names))
        let result = outcome.value
        guard let depth = result.outputs[depthName], let inverseDepth = depth.float32 else {
            throw FathomError(.device, "the device returned no depth")
        }
        guard inverseDepth.allSatisfy(\.isFinite) else {
            throw FathomError(
                .device, "\(modelName) computes a depth that is not a number; its weights are damaged or too large")
        }
        return NetworkOutput(
            inverseDepth: inverseDepth, side: depth.shape[1],
            fieldOfViewDegrees: result.outputs[fieldOfViewName]?.float32?.first,
            device: outcome.device, seconds: StageSeconds(result.stageSeconds(of: outcome.plan)))
    }

    private func checkMemory(width: Int, height: Int) throws(FathomError) {
        try FathomError.wrapping(.device) { () throws(ImagingError) in
            try PixelMemory.check(byteCount: 4 * width * height, name: "the depth of \(width) x \(height) pixels")
        }
    }

    private func pixels(fieldOfViewDegrees: Float?, width: Int) throws(FathomError) -> Double {
        guard let degrees = fieldOfViewDegrees, degrees > 0, degrees < 180 else {
            throw FathomError(
                .device,
                "the network estimates a field of view of \(fieldOfViewDegrees ?? .nan) degrees, which no camera has; give"
                    + " the focal length", parameters: [.focalLength])
        }
        return try KnownFocalLength.horizontalFieldOfViewDegrees(Double(degrees)).pixels(width: width, height: 1)
    }
}

extension DepthEstimator.Options {
    /// Checks what can be checked without a model.
    ///
    /// - Throws: ``FathomError`` when no device can run so.
    public func validate() throws(FathomError) {
        if let threadCount, !(1...1024).contains(threadCount) {
            throw FathomError(.invalidArgument, "\(threadCount) threads cannot run; give 1 to 1024")
        }
        if let microBatch, microBatch < 1 {
            throw FathomError(.invalidArgument, "a micro-batch of \(microBatch) crops cannot run; give at least 1")
        }
    }
}

extension StageSeconds {
    fileprivate init(_ seconds: [Stage: Double]) {
        prepare = seconds[.prepare] ?? 0
        encoders = seconds[.encoders] ?? 0
        decoder = seconds[.decoder] ?? 0
        fieldOfView = seconds[.fieldOfView] ?? 0
    }
}

extension ContinuousClock.Instant {
    /// Seconds from this instant to now.
    var secondsUntilNow: Double { duration(to: .now) / .seconds(1) }
}
