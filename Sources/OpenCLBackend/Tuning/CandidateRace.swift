import TensorCore

/// The candidates for one shape: verified when they are added, then raced against each other in rounds, on as many rows as
/// take 20 ms. That is enough to tell good ones from bad, and not enough to choose: see ``LaunchFinal``.
final class CandidateRace {
    typealias Prepare = (KernelProblem, TunedCuts.Cut) throws(BackendError) -> OpenCLPreparedPlan

    private struct Entry {
        let cut: TunedCuts.Cut
        let prepared: OpenCLPreparedPlan
        var seconds: [Double] = []
        var median: Double { seconds.sorted()[seconds.count / 2] }
    }

    /// Seconds of a timed launch that are aimed at.
    private static let launchSeconds = 0.02
    /// Elements of the largest tensor of a timed launch at most: all of them pass through the host.
    private static let elementLimit = 1 << 24
    private static let roundCount = 7
    /// A candidate that is this much slower than the fastest is not run again.
    private static let hopeless = 1.3
    /// Floating-point operations of a timed launch at most: the reference computes them as well.
    private static let flopLimit = 2e11

    private let prepare: Prepare
    private let lost: LostCandidates
    private let tolerance: Float
    private let problem: KernelProblem
    private let expected: RunResult
    private var entries: [Entry] = []
    private var rejected: [(constants: [String: Int], reason: String)] = []
    private var timedCount = 0
    private let baseline: TunedCuts.Cut

    /// Chooses how much a launch computes, lets the reference compute it and adds the baseline.
    init(
        _ op: Op, _ inputs: [Shape], _ shape: TunedShape, baseline: TunedCuts.Cut, storage: DataType,
        reference: KernelTuner.Reference, lost: LostCandidates, prepare: @escaping Prepare
    ) throws(BackendError) {
        self.prepare = prepare
        self.lost = lost
        self.baseline = baseline
        tolerance = KernelProblem.tolerance(storage: storage, isAttention: shape.isAttention)
        let sample = { (flopCount: Double) in
            let whole = Double(op.cost(inputs, elementByteCount: 4).flopCount)
            let largest = Double((inputs + [op.outputShape(inputs)]).map(\.elementCount).max() ?? 1)
            let (op, shapes) = op.sample(min(1, flopCount / whole, Double(Self.elementLimit) / largest), of: inputs)
            return KernelProblem([.init(op, shapes)], isGuarded: true)
        }
        let small = sample(1e9)
        let first = try prepare(small, baseline)
        _ = try first.run(small.arguments)
        let rate = Double(small.flopCount) / max(try first.repeatKernels(), 1e-6)
        problem = sample(min(rate * Self.launchSeconds, Self.flopLimit))
        expected = try reference(Plan(problem.graph), problem).run(problem.arguments)
        if let fault = try verify(baseline) {
            throw .deviceFailed(device: "the device", reason: "\(shape.kernel) \(shape): \(fault)")
        }
    }

    /// The fastest so far.
    var leader: TunedCuts.Cut? { entries.min { $0.median < $1.median }?.cut }

    /// Verifies a candidate and takes it into the race; one that computes wrongly, does not run or was lost is rejected.
    ///
    /// - Throws: ``BackendError`` when the device is lost.
    func add(_ cut: TunedCuts.Cut) throws(BackendError) {
        if let reason = lost.reasons[cut] { return rejected.append((cut.constants, reason)) }
        do throws(BackendError) {
            let fault = try lost.watch(cut) { () throws(BackendError) in try verify(cut) }
            if let fault { rejected.append((cut.constants, fault)) }
        } catch {
            if case .deviceLost = error { throw error }
            rejected.append((cut.constants, String("\(error)".prefix(200))))
        }
    }

    /// - Returns: what is wrong with a candidate; nil for one that is in the race now.
    private func verify(_ cut: TunedCuts.Cut) throws(BackendError) -> String? {
        let prepared = try prepare(problem, cut)
        // The first run compiles, where a driver does that late.
        _ = try prepared.run(problem.arguments)
        try prepared.spoilActivations()
        let result = try prepared.run(problem.arguments)
        if let fault = problem.fault(result, expected: expected, tolerance: tolerance) { return fault }
        timedCount += 1
        let seconds = result.kernelSeconds
        // What is far behind at once needs no memory any more.
        guard entries.isEmpty || seconds < 1.5 * (entries.map { $0.seconds[0] }.min() ?? 0) else { return nil }
        entries.append(Entry(cut: cut, prepared: prepared, seconds: [seconds]))
        return nil
    }

    /// Runs the candidates in turn, so that what slows the machine for a while slows them all, and gives those up that
    /// cannot win. Then all memory is free again.
    ///
    /// - Returns: what came of it.
    func run(until end: ContinuousClock.Instant) throws(BackendError) -> RaceResult {
        for round in 0..<Self.roundCount {
            // Three rounds are the least that a median says anything of.
            if round >= 3 && ContinuousClock.now > end { break }
            for index in entries.indices {
                let entry = entries[index]
                let run = { () throws(BackendError) in try entry.prepared.repeatKernels() }
                entries[index].seconds.append(entry.cut == baseline ? try run() : try lost.watch(entry.cut, run))
            }
            let fastest = entries.map(\.median).min() ?? 0
            entries.removeAll { $0.cut != baseline && $0.median > Self.hopeless * fastest }
        }
        defer { entries = [] }
        return RaceResult(
            baseline: baseline, baselineSeconds: entries[0].median, flopCount: problem.flopCount,
            ranking: entries.sorted { $0.median < $1.median }.map(\.cut), timedCount: timedCount, rejected: rejected)
    }
}

extension RunResult {
    var kernelSeconds: Double { nodeSeconds.reduce(0, +) }
}
