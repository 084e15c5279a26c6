import CPUBackend
import Profiling
import TensorCore

/// Times every kernel of a model's plan by itself, at the plan's shapes. Weights are not needed.
public enum KernelBenchmark {
    /// What can be timed.
    public struct Subject: Sendable, Hashable {
        /// The module whose work it is.
        public let name: String
        /// What it does.
        public let operation: String
        /// The shapes of its first input and output.
        public let shape: String
    }

    /// The kernels of a model's plan on the device that the options choose.
    ///
    /// - Parameters:
    ///   - path: of the model, of which a `config.json` is enough; nil for the published network.
    ///   - options: the device, the precision, the micro-batch.
    ///   - filter: takes only those whose name, operation or shape contains it; nil for all.
    /// - Returns: the kernels in the order of the plan; those that do the same work are one.
    /// - Throws: ``FathomError`` when there is no such model or device, or no name fits.
    public static func subjects(
        model path: String? = nil, options: DepthEstimator.Options, filter: String? = nil
    ) throws(FathomError) -> [Subject] {
        try Setting(path, options).cases(filter).map {
            Subject(name: $0.name, operation: $0.operation, shape: $0.shape)
        }
    }

    /// Measures the device's roof, then every kernel. One that fails, or whose result is not the CPU's, is among the
    /// report's failures and does not disturb the others.
    ///
    /// - Parameters:
    ///   - path: as in ``subjects(model:options:filter:)``.
    ///   - filter: as there.
    ///   - options: the device, the precision, the micro-batch.
    ///   - benchmark: how to measure.
    ///   - progress: called before each kernel, with how many there are.
    /// - Returns: a row for each kernel that computes right.
    /// - Throws: ``FathomError`` as above, or when the device cannot be used.
    public static func run(
        model path: String? = nil, filter: String? = nil, options: DepthEstimator.Options,
        benchmark: BenchmarkOptions = .init(), progress: (Subject, Int) -> Void = { _, _ in }
    ) throws(FathomError) -> BenchmarkReport {
        try benchmark.validate()
        let setting = try Setting(path, options)
        let cases = try setting.cases(filter)
        let roof = try FathomError.wrapping(.device) { () throws(BackendError) in
            try setting.backend.measureRoof(storage: setting.plan.memory.storage)
        }
        var rows: [BenchmarkReport.Row] = []
        var failures: [BenchmarkReport.Failure] = []
        for one in cases {
            progress(Subject(name: one.name, operation: one.operation, shape: one.shape), cases.count)
            do throws(BackendError) {
                rows.append(try setting.row(one, benchmark, roof))
            } catch {
                failures.append(.init(name: one.name, shape: one.shape, reason: "\(error)"))
            }
        }
        return BenchmarkReport(
            subject: "kernels", machine: Profile.Machine(setting.backend.device, options.precision),
            model: setting.model, roof: Profile.Roof(roof), rows: rows, failures: failures)
    }
}

/// A plan on a device.
private struct Setting {
    let backend: any Backend
    let model: String
    let plan: Plan
    /// Whose results are believed.
    private let reference: CPUBackend

    init(_ path: String?, _ options: DepthEstimator.Options) throws(FathomError) {
        try options.validate()
        let planned = try PlannedModel(measuring: path)
        let processor = CPUBackend(
            threadCount: options.threadCount, arithmetic: options.precision.arithmetic ?? .float32)
        let device = try ChosenDevice.find(options.device, precision: options.precision, processor: processor)
        backend = device.backend
        model = planned.name
        plan = try device.plan(planned.network, options)
        reference = CPUBackend(threadCount: options.threadCount)
    }

    func cases(_ filter: String?) throws(FathomError) -> [KernelCase] {
        let all = KernelCase.all(of: plan)
        guard let filter else { return all }
        let words = filter.lowercased()
        let fitting = all.filter { "\($0.name) \($0.operation) \($0.shape)".lowercased().contains(words) }
        guard !fitting.isEmpty else {
            let operations = all.map(\.operation).withoutRepetition
            throw FathomError(
                .invalidArgument,
                "no kernel has '\(filter)' in its name; operations are \(operations.joined(separator: ", ")), and"
                    + " --list prints all names")
        }
        return fitting
    }

    func row(
        _ one: KernelCase, _ options: BenchmarkOptions, _ roof: DeviceRoof
    ) throws(BackendError) -> BenchmarkReport.Row {
        let problem = one.problem
        let plan = one.plan(of: problem)
        let prepared = try backend.prepare(plan, weights: problem)
        var error: Float?
        if options.checksResults && !(backend is CPUBackend) {
            let expected = try reference.prepare(Plan(problem.graph), weights: problem).run(problem.arguments)
            let result = try prepared.run(problem.arguments)
            let tolerance = KernelProblem.tolerance(
                storage: plan.memory.storage, isAttention: one.operation == "attention")
            if let fault = problem.fault(result, expected: expected, tolerance: tolerance) {
                throw .deviceFailed(device: backend.device.name, reason: fault)
            }
            error = problem.error(of: result, to: expected)
        }
        let runs = try prepared.profile(problem.arguments, options.repetition)
        let cost = plan.costs(photographByteCount: problem.photographByteCount).reduce(Cost(), +)
        return BenchmarkReport.Row(
            name: one.name, operation: one.operation, shape: one.shape, calls: one.callCount, cost: cost,
            times: Distribution(runs.map(\.kernelSeconds)), roof: roof, error: error.map(Double.init))
    }
}

extension BenchmarkReport.Row {
    init(
        name: String, operation: String, shape: String, calls: Int, cost: Cost, times: Distribution, roof: DeviceRoof,
        error: Double?
    ) {
        (self.name, self.operation, self.shape) = (name, operation, shape)
        (self.calls, flopCount, byteCount, runs) = (calls, cost.flopCount, cost.byteCount, times.count)
        (minSeconds, medianSeconds) = (times.minimum, times.median)
        (p90Seconds, p99Seconds) = (times.percentile(90), times.percentile(99))
        deviationSeconds = times.medianAbsoluteDeviation
        // A device whose clock stands still has no rates.
        let rate = { (amount: Double) in times.median > 0 ? amount / times.median : 0 }
        flopPerSecond = rate(Double(cost.flopCount))
        bytesPerSecond = rate(Double(cost.byteCount))
        shareOfRoof = rate(roof.leastSeconds(cost))
        bound = roof.isMemoryBound(cost) ? "memory" : "arithmetic"
        self.error = error
    }
}
