import TensorCore

/// The candidates for one shape: verified when they are added, then raced against each other in rounds.
final class CandidateTrials {
    typealias Prepare = (KernelProblem, TunedShape, TunedCuts.Cut) throws(BackendError) -> OpenCLPreparedPlan

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
    /// How much faster than today's cut a candidate must be, and one whose sums run in another order.
    private static let worthwhile = (sameOrder: 0.98, otherOrder: 0.95)

    /// Floating-point operations of a timed launch at most: the reference computes them as well.
    private static let flopLimit = 2e11

    private let shape: TunedShape
    private let prepare: Prepare
    private let tolerance: Float
    private let problem: KernelProblem
    private let expected: RunResult
    private var entries: [Entry] = []
    private(set) var rejected: [(constants: [String: Int], reason: String)] = []
    private(set) var baselineSeconds = 0.0
    private(set) var timedCount = 0

    /// Chooses how much a launch computes, lets the reference compute it and adds the baseline.
    init(
        _ op: Op, _ inputs: [Shape], _ shape: TunedShape, baseline: TunedCuts.Cut, elementByteCount: Int,
        reference: KernelTuner.Reference, prepare: @escaping Prepare
    ) throws(BackendError) {
        self.shape = shape
        self.prepare = prepare
        tolerance = KernelProblem.tolerance(elementByteCount: elementByteCount)
        let sample = { (flopCount: Double) in
            let whole = Double(op.cost(inputs, elementByteCount: 4).flopCount)
            let largest = Double(inputs.map(\.elementCount).max() ?? 1)
            let (op, shapes) = op.sample(min(1, flopCount / whole, Double(Self.elementLimit) / largest), of: inputs)
            return KernelProblem([.init(op, shapes)], isGuarded: true)
        }
        let small = sample(1e9)
        let first = try prepare(small, shape, baseline)
        _ = try first.run(small.arguments)
        let rate = Double(small.flopCount) / max(try first.run(small.arguments).kernelSeconds, 1e-6)
        problem = sample(min(rate * Self.launchSeconds, Self.flopLimit))
        expected = try reference(Plan(problem.graph), problem).run(problem.arguments)
        if let fault = try verify(baseline) {
            throw .deviceFailed(device: "the device", reason: "\(shape.kernel) \(shape): \(fault)")
        }
    }

    /// The fastest so far.
    var leader: TunedCuts.Cut? { entries.min { $0.median < $1.median }?.cut }

    /// Verifies a candidate and takes it into the race; one that computes wrongly or does not run is rejected.
    ///
    /// - Throws: ``BackendError`` when the device is lost.
    func add(_ cut: TunedCuts.Cut) throws(BackendError) {
        do throws(BackendError) {
            if let fault = try verify(cut) { rejected.append((cut.constants, fault)) }
        } catch {
            if case .deviceLost = error { throw error }
            rejected.append((cut.constants, String("\(error)".prefix(200))))
        }
    }

    /// - Returns: what is wrong with a candidate; nil for one that is in the race now.
    private func verify(_ cut: TunedCuts.Cut) throws(BackendError) -> String? {
        let prepared = try prepare(problem, shape, cut)
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
    /// cannot win.
    func race(until end: ContinuousClock.Instant) throws(BackendError) {
        let arguments = problem.arguments
        let baseline = entries[0].cut
        for round in 0..<Self.roundCount {
            // Three rounds are the least that a median says anything of.
            if round >= 3 && ContinuousClock.now > end { break }
            for index in entries.indices {
                entries[index].seconds.append(try entries[index].prepared.run(arguments).kernelSeconds)
            }
            let fastest = entries.map(\.median).min() ?? 0
            entries.removeAll { $0.cut != baseline && $0.median > Self.hopeless * fastest }
        }
        baselineSeconds = entries[0].median
    }

    /// The fastest candidate if it is worth while, else the baseline where it may stay.
    func winner(among isAllowed: (TunedCuts.Cut) -> Bool) -> (cut: TunedCuts.Cut, seconds: Double) {
        let baseline = entries[0]
        let mustLeave = !isAllowed(baseline.cut)
        let best = entries.dropFirst().filter { entry in
            let limit = entry.cut.keepsOrder(of: baseline.cut) ? Self.worthwhile.sameOrder : Self.worthwhile.otherOrder
            return isAllowed(entry.cut) && (mustLeave || entry.median < limit * baseline.median)
        }.min { $0.median < $1.median }
        guard let best else { return (baseline.cut, baseline.median) }
        return (best.cut, best.median)
    }
}

extension RunResult {
    fileprivate var kernelSeconds: Double { nodeSeconds.reduce(0, +) }
}

extension TunedCuts.Cut {
    /// Whether sums run in the same order: attention rescales after each block of keys.
    fileprivate func keepsOrder(of other: TunedCuts.Cut) -> Bool {
        guard case .attention(let cut) = self, case .attention(let before) = other else { return true }
        return cut.keys == before.keys
    }
}
