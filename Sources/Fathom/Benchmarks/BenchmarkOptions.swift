import Profiling

/// How to measure.
public struct BenchmarkOptions: Sendable, Hashable {
    /// Runs that count, of each thing; nil for as many as fit ``seconds``, from 5 to 100.
    public var runCount: Int?
    /// Runs before those that count.
    public var warmupCount = 1
    /// Time for the runs of each thing, when their number is not given.
    public var seconds = 1.0
    /// Whether results are compared with those of the CPU before they are timed; the CPU's own kernels are not.
    public var checksResults = true

    /// The times that can be given, in seconds: up to a day.
    package static let lengths = Double.leastNonzeroMagnitude...86_400

    /// The defaults.
    public init() {}

    /// Checks what can be checked without a device.
    ///
    /// - Throws: ``FathomError`` when nothing can be measured so.
    public func validate() throws(FathomError) {
        guard runCount ?? 1 >= 1, warmupCount >= 0, Self.lengths.contains(seconds) else {
            throw FathomError(
                .invalidArgument,
                "measuring takes at least 1 run, no negative number of warm-up runs, and some time up to a day")
        }
    }

    var repetition: Repetition {
        if let runCount { return Repetition(warmupCount: warmupCount, runCount: runCount) }
        return Repetition(warmupCount: warmupCount, runCounts: 5...100, seconds: seconds)
    }
}
