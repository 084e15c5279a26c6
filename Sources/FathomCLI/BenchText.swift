import Fathom

/// Times of kernels for people.
struct KernelBenchText {
    private let report: BenchmarkReport

    init(_ report: BenchmarkReport) { self.report = report }

    var text: String { [report.heading, table, summary].joined(separator: "\n\n") }

    private var table: String {
        var table = TextTable(columns: [
            .left("name"), .left("operation"), .left("shape"), .right("calls"), .right("runs"), .right("min ms"),
            .right("median ms"), .right("p90 ms"), .right("spread"), .right("GFLOP/s"), .right("GB/s"),
            .right("of roof"), .left("bound"), .right("error"),
        ])
        for row in report.rows {
            table.add(
                [row.name, row.operation, row.shape, String(row.calls), String(row.runs)] + row.times + [
                    row.spread, decimal(row.flopPerSecond / 1e9, 1), decimal(row.bytesPerSecond / 1e9, 1),
                    decimal(row.shareOfRoof * 100, 1) + " %", row.bound, row.errorText,
                ])
        }
        return table.text
    }

    private var summary: String {
        let seconds = report.rows.reduce(0) { $0 + Double($1.calls) * $1.medianSeconds }
        let flop = report.rows.reduce(0) { $0 + Double($1.calls) * Double($1.flopCount) }
        let share = { (row: BenchmarkReport.Row) in Double(row.calls) * row.medianSeconds / max(seconds, 1e-12) }
        let longest = report.rows.sorted { share($0) > share($1) }.prefix(3)
            .map { "\($0.name) \(decimal(share($0) * 100, 1)) %" }
        return """
            \(report.model): calls times medians are \(decimal(seconds * 1e3, 1)) ms of a photograph's run, \
            \(decimal(flop / max(seconds, 1e-12) / 1e9, 1)) GFLOP/s; most of it \(longest.joined(separator: ", "))
            spread: the median distance from the median; GFLOP and bytes follow from the shapes, rates from the median
            """
    }
}

/// Times of whole photographs for people.
struct NetworkBenchText {
    private let report: BenchmarkReport

    init(_ report: BenchmarkReport) { self.report = report }

    var text: String {
        var table = TextTable(columns: [
            .left("run"), .left(""), .right("runs"), .right("min ms"), .right("p50 ms"), .right("p90 ms"),
            .right("p99 ms"), .right("spread"), .right("ms each"), .right("GFLOP/s"), .right("of roof"),
            .right("mean error"),
        ])
        for row in report.rows {
            let count = row.name.split(separator: " ").first.flatMap { Double($0) } ?? 1
            table.add(
                [row.name, row.operation, String(row.runs)] + row.times + [
                    decimal(row.p99Seconds * 1e3, 2), row.spread, decimal(row.medianSeconds * 1e3 / count, 2),
                    decimal(row.flopPerSecond / 1e9, 1), decimal(row.shareOfRoof * 100, 1) + " %", row.errorText,
                ])
        }
        return """
            \(report.heading)

            \(table.text)

            \(report.model) on \(report.rows.first?.shape ?? "nothing"): pixels in memory to inverse depth in memory; the \
            error is that of the inverse depth to the CPU's in f32, over its mean
            """
    }
}

/// What changed since an earlier report, for people.
struct ComparisonText {
    private let comparison: BenchmarkComparison
    private let path: String

    init(_ comparison: BenchmarkComparison, against path: String) {
        self.comparison = comparison
        self.path = path
    }

    var text: String {
        var table = TextTable(columns: [
            .left("name"), .left("operation"), .left("shape"), .right("before ms"), .right("now ms"), .right("change"),
            .right("spread"), .left(""),
        ])
        for row in comparison.rows {
            let milliseconds = { (seconds: Double?) in seconds.map { decimal($0 * 1e3, 3) } ?? "" }
            var (change, spread) = ("", "")
            if let before = row.before, let after = row.after, before > 0 {
                let percent = (after / before - 1) * 100
                change = (percent < 0 ? "" : "+") + decimal(percent, 1) + " %"
                spread = decimal(row.spread / before * 100, 1) + " %"
            }
            table.add([
                row.name, row.operation, row.shape, milliseconds(row.before), milliseconds(row.after), change, spread,
                row.verdict.rawValue,
            ])
        }
        let counts = [BenchmarkComparison.Verdict.faster, .slower, .same, .new, .gone].map { verdict in
            "\(comparison.rows.count { $0.verdict == verdict }) \(verdict.rawValue)"
        }
        let remarks = comparison.remarks.map { "NOTE: \($0)\n" }.joined()
        return "\(remarks)since \(path): \(counts.joined(separator: ", "))\n\n\(table.text)"
    }
}

extension BenchmarkReport {
    fileprivate var heading: String { "\(machine.line)\n\(roof.line)" }
}

extension BenchmarkReport.Row {
    /// Minimum, median and 90th percentile in milliseconds.
    fileprivate var times: [String] { [minSeconds, medianSeconds, p90Seconds].map { decimal($0 * 1e3, 3) } }

    fileprivate var spread: String { decimal(deviationSeconds / max(medianSeconds, 1e-12) * 100, 1) + " %" }

    /// Two digits that matter.
    fileprivate var errorText: String { error.map { $0 == 0 ? "0" : scientific($0) } ?? "" }
}
