import TensorCore

/// The candidates for one shape: verified when they are added, then raced against each other in rounds.
final class CandidateTrials {
    typealias Prepare = (TuningProblem, TunedShape, KernelTuning.Cut) throws(BackendError) -> OpenCLPreparedPlan

    private struct Entry {
        let cut: KernelTuning.Cut
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

    private let shape: TunedShape
    private let prepare: Prepare
    private let tolerance: Float
    private let check: TuningProblem
    private let expected: [Float]
    private let makeTimed: (Double) -> TuningProblem
    private var timed: TuningProblem?
    private var timedResult: [Float] = []
    private var entries: [Entry] = []
    private(set) var rejected: [(constants: [String: Int], reason: String)] = []
    private(set) var baselineSeconds = 0.0
    private(set) var timedCount = 0

    init(
        _ op: Op, _ inputs: [Shape], _ shape: TunedShape, elementByteCount: Int,
        reference: KernelTuner.Reference, prepare: @escaping Prepare
    ) throws(BackendError) {
        self.shape = shape
        self.prepare = prepare
        // Inputs are exact in half; results are rounded to it, and weights of attention on matrix units.
        tolerance = elementByteCount == 2 ? 8e-3 : 1e-3
        let whole = Double(TuningProblem.flopCount(op, inputs))
        let sample = { (share: Double) in
            let (op, shapes) = op.sample(share, of: inputs)
            return TuningProblem(op, shapes, depth: shape.depth)
        }
        makeTimed = { flopCount in
            let largest = Double(inputs.map(\.elementCount).max() ?? 1)
            return sample(min(1, flopCount / whole, Double(Self.elementLimit) / largest))
        }
        // Small, with a ragged end.
        check = sample(min(1, 3e8 / whole))
        let result = try reference(Plan(check.graph), check).run(check.arguments())
        expected = result.outputs["result"]?.float32 ?? []
    }

    /// Verifies a candidate and prepares it for the race. One that computes wrongly or does not run is rejected; the
    /// baseline throws.
    func add(_ cut: KernelTuning.Cut, isBaseline: Bool) throws(BackendError) {
        do throws(BackendError) {
            let verified = try prepare(check, shape, cut)
            _ = try verified.run(check.arguments(isOpposite: true))
            let result = try verified.run(check.arguments())
            if let fault = check.fault(result, expected: expected, tolerance: tolerance) {
                throw .deviceFailed(device: "", reason: fault)
            }
            if isBaseline { try size(cut, flopCount: Double(check.flopCount), seconds: result.kernelSeconds) }
            guard let timed else { return }
            var entry = Entry(cut: cut, prepared: try prepare(timed, shape, cut))
            let first = try entry.prepared.run(timed.arguments())
            if isBaseline { timedResult = first.outputs["result"]?.float32 ?? [] }
            if let fault = timed.fault(first, expected: timedResult, tolerance: tolerance) {
                throw .deviceFailed(device: "", reason: fault)
            }
            entry.seconds = [try entry.prepared.run(timed.arguments()).kernelSeconds]
            timedCount += 1
            // What is far behind at once needs no memory any more.
            if !isBaseline, entry.seconds[0] > 1.5 * (entries.map { $0.seconds[0] }.min() ?? .infinity) { return }
            entries.append(entry)
        } catch .deviceLost(let device, let reason) {
            throw .deviceLost(device: device, reason: reason)
        } catch {
            if isBaseline { throw error }
            let reason =
                if case .deviceFailed("", let reason) = error { reason } else { "\(error)".prefix(200).description }
            rejected.append((cut.constants, reason))
        }
    }

    /// Chooses how much a timed launch computes.
    private func size(_ cut: KernelTuning.Cut, flopCount: Double, seconds: Double) throws(BackendError) {
        var rate = flopCount / max(seconds, 1e-6)
        for _ in 0..<2 {
            let problem = makeTimed(rate * Self.launchSeconds)
            let prepared = try prepare(problem, shape, cut)
            _ = try prepared.run(problem.arguments())
            rate = Double(problem.flopCount) / max(try prepared.run(problem.arguments()).kernelSeconds, 1e-6)
            timed = problem
        }
    }

    /// Runs the candidates in turn, so that what slows the machine for a while slows them all, and gives those up that
    /// cannot win.
    func race(until end: ContinuousClock.Instant) throws(BackendError) {
        guard let timed else { return }
        let arguments = timed.arguments()
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
    func winner(among isAllowed: (KernelTuning.Cut) -> Bool) -> (cut: KernelTuning.Cut, seconds: Double) {
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

extension KernelTuning.Cut {
    /// Whether sums run in the same order: attention rescales after each block of keys.
    fileprivate func keepsOrder(of other: KernelTuning.Cut) -> Bool {
        guard case .attention(let cut) = self, case .attention(let before) = other else { return true }
        return cut.keys == before.keys
    }
}
