import TensorCore

/// What decides about a candidate: the launches that it would cut, as the plan has them, with it and without tuning in turn.
/// A part of the rows would mislead: it fits a cache that all of them do not, and leaves out the group of a launch and the
/// weights of its other members.
struct LaunchFinal {
    /// How a final ended.
    enum Outcome {
        /// The candidates pay; times of each launch.
        case won([PairedTimes])
        case lost
        /// A candidate computes wrongly at the whole launch or does not run there, and why.
        case rejected(Entry, reason: String)
        /// It would take longer than there is time.
        case noTime
    }

    /// A launch and the candidate for it.
    struct Entry {
        /// Of the task, whose launch it is.
        let part: Int
        let launch: TuningTask.WholeLaunch
        let cut: TunedCuts.Cut
        /// Seconds of the launch, as the race lets expect.
        let expectedSeconds: Double

        /// Long launches need fewer rounds: they are a mean by themselves.
        fileprivate var roundCount: Int { expectedSeconds > 0.3 ? 3 : 5 }
        /// Runs of each in a round, so that a round is longer than what disturbs it.
        fileprivate var repeatCount: Int { max(1, min(16, Int(LaunchFinal.roundSeconds / expectedSeconds))) }
        /// Of both, with the first run of each, which is verified.
        fileprivate var finalSeconds: Double {
            2
                * (Double(1 + roundCount * repeatCount) * expectedSeconds
                    + Double(launch.hostByteCount) / LaunchFinal.hostBytesPerSecond)
        }
    }

    /// Seconds that a round is to take.
    fileprivate static let roundSeconds = 0.01
    /// Bytes that are made, moved, converted and compared in a second, roughly.
    fileprivate static let hostBytesPerSecond = 5e8

    /// Prepares a launch with a candidate, or without tuning.
    let prepare: (TuningTask.WholeLaunch, KernelProblem, TunedCuts.Cut?) throws(BackendError) -> OpenCLPreparedPlan
    let tolerance: Float
    let lost: LostCandidates

    /// - Parameters:
    ///   - entries: those that take most of the time first.
    ///   - limit: the share of the time without tuning that the candidates together may take.
    ///   - seconds: that there are.
    /// - Returns: how it ended.
    /// - Throws: ``BackendError`` when the device is lost.
    func run(_ entries: [Entry], limit: Double, seconds: Double) throws(BackendError) -> Outcome {
        guard entries.reduce(0, { $0 + $1.finalSeconds }) <= seconds else { return .noTime }
        var times: [PairedTimes] = []
        for entry in entries {
            do throws(BackendError) {
                times.append(try lost.watch(entry.cut) { () throws(BackendError) in try pairs(entry) })
            } catch {
                if case .deviceLost = error { throw error }
                return .rejected(entry, reason: String("\(error)".prefix(200)))
            }
            // The first launches are the longest.
            guard PairedTimes.isAhead(times, limit: 1) else { return .lost }
        }
        return PairedTimes.pays(times, limit: limit) ? .won(times) : .lost
    }

    private func pairs(_ entry: Entry) throws(BackendError) -> PairedTimes {
        let problem = entry.launch.step.problem
        let arguments = problem.arguments
        let plans = [
            try prepare(entry.launch, problem, nil), try prepare(entry.launch, problem, entry.cut),
        ]
        // The race has verified a part of the rows, alone.
        var results: [RunResult] = []
        for plan in plans {
            try plan.spoilActivations()
            results.append(try plan.run(arguments))
        }
        if let fault = problem.fault(results[1], expected: results[0], tolerance: tolerance) {
            throw .deviceFailed(device: "the whole launch", reason: fault)
        }
        results = []
        var rounds: [(untuned: Double, tuned: Double)] = []
        for round in 0..<entry.roundCount {
            var seconds = [0.0, 0.0]
            for turn in 0..<entry.repeatCount {
                // Either goes first as often: each leaves its data in the caches, where the other's then are not.
                for index in (round + turn) % 2 == 0 ? [0, 1] : [1, 0] {
                    seconds[index] += try plans[index].repeatKernels()
                }
            }
            rounds.append((seconds[0] / Double(entry.repeatCount), seconds[1] / Double(entry.repeatCount)))
        }
        return PairedTimes(callCount: entry.launch.step.callCount, rounds: rounds)
    }
}
