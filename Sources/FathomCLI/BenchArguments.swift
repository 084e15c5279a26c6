import ArgumentParser
import Fathom
import Foundation

/// The model whose kernels or photographs are timed, and how to run it.
struct BenchSubjectArguments: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The model, as for fathom depth, or a config.json alone. (default: the published network)",
            valueName: "path"))
    var model: String?

    @OptionGroup var run: RunArguments
}

/// How `fathom bench` measures, and where its results go.
struct BenchArguments: ParsableArguments {
    @Option(name: .long, help: "Runs that count, of each. (default: as many as fit --seconds, from 5 to 100)")
    var runs: Int?

    @Option(name: .long, help: "Time for the runs of each.")
    var seconds = 1.0

    @Option(name: .long, help: "Runs before those that count.")
    var warmup = 1

    @Flag(inversion: .prefixedNo, help: "Compare results of OpenCL devices with the CPU's before they are timed.")
    var check = true

    @Option(
        name: .long,
        help: ArgumentHelp("Write the report as JSON; - prints it instead of the table.", valueName: "file"))
    var json: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Say what got faster or slower since a report of --json, on standard error with --json -; exit with 3 if something is slower.",
            valueName: "file"))
    var compare: String?

    func validate() throws {
        guard runs ?? 1 >= 1 else { throw ValidationError("--runs must be at least 1") }
        guard warmup >= 0 else { throw ValidationError("--warmup must not be negative") }
        guard BenchmarkOptions.lengths.contains(seconds) else {
            throw ValidationError("--seconds must be more than 0, and a day (86400) at most")
        }
    }

    var options: BenchmarkOptions {
        var options = BenchmarkOptions()
        (options.runCount, options.seconds, options.warmupCount) = (runs, seconds, warmup)
        options.checksResults = check
        return options
    }

    /// Looks at the files before minutes of measuring, not after them.
    ///
    /// - Returns: the report to compare with.
    func prepare() throws -> BenchmarkReport? {
        if let json, json != "-" { try OutputFile.check(json) }
        return try compare.map { try BenchmarkReport(contentsOf: $0) }
    }

    /// Writes and prints a report, and ends the program with what the help promises.
    func finish(_ report: BenchmarkReport, _ text: String, _ earlier: BenchmarkReport?) throws {
        if let json, json != "-" { try report.write(to: json) }
        try writeOutput(json == "-" ? report.json : text)
        let comparison = earlier.map { BenchmarkComparison(before: $0, after: report) }
        if let comparison {
            let text = ComparisonText(comparison, against: compare ?? "").text
            // Standard output is the report's alone.
            if json == "-" { writeError(text) } else { try writeOutput("\n" + text) }
        }
        for failure in report.failures { writeError("fathom: \(failure.name) \(failure.shape): \(failure.reason)") }
        guard report.failures.isEmpty else { throw ExitCode.failure }
        if comparison?.foundSlower == true { throw ExitCode(3) }
    }
}

/// What is measured now, on one line of a terminal; nothing where standard error is a file.
final class BenchProgress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var count = 0

    func next(_ name: String, of total: Int?) {
        count += 1
        guard isShown else { return }
        let place = total.map { "\(count) of \($0): " } ?? ""
        writeError("\r\u{1b}[K\(place)\(name)", terminator: "")
    }

    func end() {
        if isShown { writeError("\r\u{1b}[K", terminator: "") }
    }
}
