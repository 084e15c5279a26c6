/// A launch timed in turn without tuning and with a candidate: what slows the machine for a while slows both of a pair.
package struct PairedTimes: Sendable {
    /// How often a run of the plan has the launch.
    package let callCount: Int
    /// Median seconds without tuning.
    package let untunedSeconds: Double
    /// The candidate's seconds over those without tuning, one for each round, least first.
    private let ratios: [Double]

    /// - Parameters:
    ///   - callCount: how often a run of the plan has the launch.
    ///   - rounds: seconds of each round, an odd number of rounds, at least three.
    package init(callCount: Int, rounds: [(untuned: Double, tuned: Double)]) {
        precondition(rounds.count % 2 == 1 && rounds.count >= 3)
        self.callCount = callCount
        untunedSeconds = rounds.map(\.untuned).sorted()[rounds.count / 2]
        ratios = rounds.map { $0.tuned / max($0.untuned, 1e-12) }.map { $0.isFinite ? $0 : .infinity }.sorted()
    }

    /// Median seconds with the candidate, as the rounds without tuning make them comparable.
    package var tunedSeconds: Double { untunedSeconds * ratios[ratios.count / 2] }

    /// Rounds that may be disturbed: one of five, none of three.
    private var disturbed: Int { ratios.count / 2 - 1 }
    /// What the candidate takes at worst, over what goes without tuning, but for disturbed rounds.
    private var worst: Double { ratios[ratios.count - 1 - disturbed] }
    private var best: Double { ratios[disturbed] }

    /// Whether a candidate pays for launches together: their sum is faster than `limit` times that without tuning even by
    /// the rounds that speak against it, and no launch is slower by as much, whatever round is asked.
    package static func pays(_ launches: [PairedTimes], limit: Double) -> Bool {
        isAhead(launches, limit: limit) && launches.allSatisfy { $0.best < 1 / limit }
    }

    /// Whether the sum alone is.
    static func isAhead(_ launches: [PairedTimes], limit: Double) -> Bool {
        let sum = { (factor: (PairedTimes) -> Double) in
            launches.reduce(0) { $0 + Double($1.callCount) * $1.untunedSeconds * factor($1) }
        }
        return sum(\.worst) < limit * sum { _ in 1 }
    }
}

extension [PairedTimes] {
    /// The mean of all calls of all launches.
    package func mean(_ seconds: (PairedTimes) -> Double) -> Double {
        let callCount = reduce(0) { $0 + $1.callCount }
        return reduce(0) { $0 + Double($1.callCount) * seconds($1) } / Double(Swift.max(1, callCount))
    }
}
