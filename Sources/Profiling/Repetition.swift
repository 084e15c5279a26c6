package import TensorCore

/// How often what is measured runs.
package struct Repetition: Sendable, Hashable {
    /// Runs before those that count: caches and clocks settle, drivers compile.
    package let warmupCount: Int
    /// Runs that count: no fewer than the first, no more than the last, and between them until `seconds` have gone by.
    package let runCounts: ClosedRange<Int>
    package let seconds: Double

    /// So many runs.
    package init(warmupCount: Int, runCount: Int) {
        (self.warmupCount, runCounts, seconds) = (warmupCount, runCount...runCount, 0)
    }

    /// As many runs as fit a time.
    package init(warmupCount: Int, runCounts: ClosedRange<Int>, seconds: Double) {
        (self.warmupCount, self.runCounts, self.seconds) = (warmupCount, runCounts, seconds)
    }
}

extension PreparedPlan {
    /// Runs the whole plan again and again.
    ///
    /// - Returns: the runs that count.
    /// - Throws: ``BackendError`` when one fails.
    package func profile(_ inputs: [HostTensor], _ repetition: Repetition) throws(BackendError) -> [ProfiledRun] {
        for _ in 0..<repetition.warmupCount { _ = try run(inputs) }
        let beginning = ContinuousClock.now
        let end = beginning + .seconds(repetition.seconds)
        var runs: [ProfiledRun] = []
        while runs.count < repetition.runCounts.lowerBound
            || (runs.count < repetition.runCounts.upperBound && .now < end)
        {
            let start = ContinuousClock.now
            let result = try run(inputs)
            let wallSeconds = start.duration(to: .now) / .seconds(1)
            runs.append(
                ProfiledRun(
                    start: beginning.duration(to: start) / .seconds(1), wallSeconds: wallSeconds, result: result))
        }
        return runs
    }
}
