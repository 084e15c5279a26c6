import CPUBackend
import Foundation
import OpenCLBackend
import TensorCore

/// Measures which cut of each OpenCL kernel is fastest for a model's shapes, and keeps what it found in the cache folder,
/// where every later run on the device finds it. A candidate must agree with the CPU before it is timed, and be faster at
/// whole launches of the plan before it is taken.
public enum KernelTuning {
    /// What came out for one kernel and shape.
    public struct Result: Sendable, Encodable {
        /// The kernel's name.
        public let kernel: String
        /// `f32`, `f16` or `bf16`.
        public let precision: String
        /// The shape, for people.
        public let shape: String
        /// Constants of the fastest cut that computes right.
        public let constants: [String: Int]
        /// Seconds of a whole launch without tuning, the mean of all that a run has; where no candidate won, of the part of
        /// one that the race timed.
        public let untunedSeconds: Double
        /// The same with ``constants``.
        public let seconds: Double
        /// Candidates that were timed.
        public let timedCandidates: Int
        /// Candidates that computed wrongly or did not run, and why.
        public let rejected: [String]
    }

    /// What a tuner did.
    public struct Report: Sendable, Encodable {
        /// The name to choose the device by.
        public let device: String
        /// The maker's name for it.
        public let deviceModel: String
        /// The kernels, those with most arithmetic first.
        public let results: [Result]
        /// Shapes that there was no time for.
        public let leftOut: Int
        /// Where the results were written; nil when nothing is kept.
        public let file: String?
    }

    /// Tunes for a model, of which a `config.json` is enough.
    ///
    /// - Parameters:
    ///   - path: the model.
    ///   - options: device, precision and micro-batch. Without a device the best of OpenCL is taken.
    ///   - seconds: for everything together.
    ///   - progress: called after each kernel and shape.
    /// - Returns: the fastest cuts, and where they are kept.
    /// - Throws: ``FathomError`` when the device is none of OpenCL or fails.
    public static func tune(
        model path: String, options: DepthEstimator.Options, seconds: Double, progress: (Result) -> Void = { _ in }
    ) throws(FathomError) -> Report {
        try options.validate()
        guard BenchmarkOptions.lengths.contains(seconds) else {
            throw FathomError(.invalidArgument, "tuning takes some time up to a day, not \(seconds) seconds")
        }
        let processor = CPUBackend(threadCount: options.threadCount)
        let choice = ChosenDevice.isNamed(options.device) ? options.device : .openCL("")
        let device = try ChosenDevice.find(choice, precision: options.precision, processor: processor)
        guard let backend = device.backend as? OpenCLBackend,
            let storage = options.precision.openCLStorage
        else {
            throw FathomError(
                .invalidArgument, "kernels of the CPU are not tuned; choose an OpenCL device (fathom devices)")
        }
        let plan = try device.plan(try PlannedModel(path).network, options)
        return try FathomError.wrapping(.device) { () throws(BackendError) in
            let tuner = try KernelTuner(backend, storage: storage) {
                plan, weights throws(BackendError) in try processor.prepare(plan, weights: weights)
            }
            // Kept one by one: what was decided outlives a device that a later candidate takes down.
            var failure: BackendError?
            let (outcomes, leftOut) = try tuner.tune(plan, seconds: seconds) { outcome in
                progress(Result(outcome))
                do throws(BackendError) { try keep([outcome.record]) } catch { failure = failure ?? error }
            }
            if let failure { throw failure }
            return Report(
                device: backend.device.name, deviceModel: backend.device.model, results: outcomes.map(Result.init),
                leftOut: leftOut, file: TuningStore.standard.file?.path)
        }
    }

    /// Writes the user's records to a file, for other machines of the kind.
    ///
    /// - Returns: the number of records.
    /// - Throws: ``FathomError`` when there are none or the file cannot be written.
    public static func export(to path: String) throws(FathomError) -> Int {
        let (records, warning) = TuningStore.standard.users()
        if let warning { throw FathomError(.device, warning) }
        guard !records.isEmpty else {
            throw FathomError(.invalidArgument, "nothing was tuned on this machine yet; fathom tune does it")
        }
        try OutputFile.write(TuningFile(records).text, to: path)
        return records.count
    }

    /// Takes the records of a file over the user's.
    ///
    /// - Returns: the number of records in the file.
    /// - Throws: ``FathomError`` when the file is none of ``export(to:)``, or nothing can be kept.
    public static func `import`(from path: String) throws(FathomError) -> Int {
        let file = try FathomError.wrapping(.invalidArgument) { () throws(TuningFile.Damaged) in
            try TuningFile(contentsOf: path)
        }
        guard TuningStore.standard.file != nil else {
            throw FathomError(.cannotWrite, "there is no cache folder to keep it in; set FATHOM_CACHE_DIR")
        }
        try FathomError.wrapping(.cannotWrite) { () throws(TuningStore.CannotAdd) in
            try TuningStore.standard.add(file.records)
        }
        return file.records.count
    }

    private static func keep(_ records: [TuningRecord]) throws(BackendError) {
        do { try TuningStore.standard.add(records) } catch {
            throw .deviceFailed(device: "the cache folder", reason: "\(error)")
        }
    }
}

extension KernelTuning.Result {
    init(_ outcome: KernelTuner.Outcome) {
        let record = outcome.record
        kernel = record.shape.kernel
        precision = record.precision
        shape = record.shape.description
        constants = record.constants
        untunedSeconds = record.untunedSeconds
        seconds = record.seconds
        timedCandidates = outcome.timedCount
        rejected = outcome.rejected.map { "\($0.constants.sorted { $0.key < $1.key }): \($0.reason)" }
    }
}
