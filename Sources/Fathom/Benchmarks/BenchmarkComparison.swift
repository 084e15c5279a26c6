/// Two reports of `fathom bench` side by side: what got faster or slower by more than measurements of one program differ.
public struct BenchmarkComparison: Sendable {
    /// What became of a thing that was measured.
    public enum Verdict: String, Sendable, Hashable {
        /// Its median is smaller by more than the spread.
        case faster
        /// Its median is greater by more than the spread.
        case slower
        /// The difference is within the spread.
        case same
        /// Only the later report has it.
        case new
        /// Only the earlier report has it.
        case gone
    }

    /// One thing in both reports.
    public struct Row: Sendable, Hashable {
        /// As in ``BenchmarkReport/Row``.
        public let name, operation, shape: String
        /// Median seconds before; nil when it is new.
        public let before: Double?
        /// Median seconds after; nil when it is gone.
        public let after: Double?
        /// The difference that the spreads of both explain, in seconds.
        public let spread: Double
        /// What became of it.
        public let verdict: Verdict
    }

    /// Differences of medians up to so many deviations, of both reports together, are within the spread.
    public static let deviations = 3.0
    /// Differences up to this part of the earlier median are within the spread too: clocks and placement do as much.
    public static let leastShare = 0.02

    /// Those of the later report, then what is gone.
    public let rows: [Row]
    /// Why the reports cannot be set side by side without care; empty when they can.
    public let remarks: [String]
    /// Whether something got slower by more than the spread.
    public var foundSlower: Bool { rows.contains { $0.verdict == .slower } }

    /// Compares the medians of what has the same name, operation and shape.
    public init(before: BenchmarkReport, after: BenchmarkReport) {
        let earlier = Dictionary(before.rows.map { (Key($0), $0) }) { first, _ in first }
        let later = Set(after.rows.map(Key.init))
        let compared = after.rows.map { row in Row(before: earlier[Key(row)], after: row) }
        rows = compared + before.rows.filter { !later.contains(Key($0)) }.map { Row(before: $0, after: nil) }
        remarks = zip(before.facts, after.facts).filter { $0.value != $1.value }.map { earlier, later in
            "\(earlier.name) is another: \(earlier.value) before, \(later.value) now"
        }
    }

    private struct Key: Hashable {
        let name, operation, shape: String

        init(_ row: BenchmarkReport.Row) { (name, operation, shape) = (row.name, row.operation, row.shape) }
    }
}

extension BenchmarkReport {
    /// What reports should have in common to be compared.
    fileprivate var facts: [(name: String, value: String)] {
        [
            ("what was measured", subject), ("the model", model), ("the device", machine.deviceModel),
            ("the precision", machine.precision), ("the number of threads", machine.threads.map(String.init) ?? "none"),
        ]
    }
}

extension BenchmarkComparison.Row {
    /// - Precondition: one of the two is there.
    fileprivate init(before: BenchmarkReport.Row?, after: BenchmarkReport.Row?) {
        let either = after ?? before
        (name, operation, shape) = (either?.name ?? "", either?.operation ?? "", either?.shape ?? "")
        (self.before, self.after) = (before?.medianSeconds, after?.medianSeconds)
        guard let before, let after else {
            (spread, verdict) = (0, before == nil ? .new : .gone)
            return
        }
        let deviation = before.deviationSeconds + after.deviationSeconds
        spread = max(
            BenchmarkComparison.deviations * deviation, BenchmarkComparison.leastShare * before.medianSeconds)
        let difference = after.medianSeconds - before.medianSeconds
        verdict = abs(difference) <= spread ? .same : difference < 0 ? .faster : .slower
    }
}
