import ArgumentParser
import Fathom

/// `fathom tune`: the fastest cut of each OpenCL kernel on this device.
struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Measure which cut of each OpenCL kernel is fastest on a device, and use it from then on.",
        discussion: """
            Candidates are compared with the CPU before they are timed, at the shapes of the model's plan. A race on part \
            of the rows narrows them down; a final at whole launches decides: a cut is taken when it is 2 % faster there \
            than the one without tuning, in turn with it. The choices are kept in the cache folder (FATHOM_CACHE_DIR) for \
            this device, driver and version of the kernels; `fathom devices` tells how many there are. Weights are not \
            needed: --model also takes a config.json. `fathom help tune measure` lists the options.
            """,
        subcommands: [Measure.self, Export.self, Import.self], defaultSubcommand: Measure.self)

    /// `fathom tune measure`, or without a name.
    struct Measure: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "measure", abstract: "Measure, and keep what is fastest (the default).")

        @OptionGroup var model: ModelArguments

        @Option(
            name: .long, help: "Time for everything together: 60s, 5m. What there is no time for stays untuned.",
            transform: Budget.init)
        var budget = Budget(seconds: 60)

        @Flag(name: .long, help: "Print JSON instead of the table.")
        var json = false

        func run() throws {
            let report = try KernelTuning.tune(
                model: model.path(), options: model.options, seconds: budget.seconds
            ) { result in
                writeError("\(result.kernel) \(result.shape): \(Self.gain(result))")
            }
            try writeOutput(json ? jsonLine(report) : table(report))
        }

        private static func gain(_ result: KernelTuning.Result) -> String {
            let ratio = result.untunedSeconds / max(result.seconds, 1e-12)
            let times = "\(decimal(result.untunedSeconds * 1e3, 2)) -> \(decimal(result.seconds * 1e3, 2)) ms"
            return ratio > 1 ? "\(times), \(decimal(ratio, 2)) times as fast" : "\(times), as it was"
        }

        private func table(_ report: KernelTuning.Report) -> String {
            var table = TextTable(columns: [
                .left("kernel"), .left("shape"), .right("untuned ms"), .right("tuned ms"), .right("gain"),
                .right("timed"), .right("rejected"), .left("constants"),
            ])
            for result in report.results {
                table.add([
                    result.kernel, result.shape, decimal(result.untunedSeconds * 1e3, 2),
                    decimal(result.seconds * 1e3, 2),
                    decimal(result.untunedSeconds / max(result.seconds, 1e-12), 2), String(result.timedCandidates),
                    String(result.rejected.count),
                    result.constants.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "),
                ])
            }
            let left = report.leftOut > 0 ? "; no time for \(report.leftOut) more, give a longer --budget" : ""
            let file = report.file.map { "kept in \($0)" } ?? "not kept: there is no cache folder"
            return "\(table.text)\n\n\(report.device), \(report.deviceModel): \(file)\(left)"
        }
    }

    /// `fathom tune export FILE`
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write what was measured on this machine to a file.")

        @Argument(help: "The file to write.")
        var file: String

        func run() throws { try writeOutput("\(file): \(KernelTuning.export(to: file)) records") }
    }

    /// `fathom tune import FILE`
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Use what was measured on another machine with the same device and driver.")

        @Argument(help: "A file that `fathom tune export` wrote.")
        var file: String

        func run() throws { try writeOutput("\(file): \(KernelTuning.import(from: file)) records") }
    }
}

/// A length of time on the command line.
struct Budget {
    let seconds: Double

    init(seconds: Double) { self.seconds = seconds }

    /// `90`, `90s` or `1.5m`.
    init(_ text: String) throws {
        let factor = text.hasSuffix("m") ? 60.0 : 1
        let number = text.last.map { "sm".contains($0) } == true ? text.dropLast() : Substring(text)
        guard let value = Double(number), BenchmarkOptions.lengths.contains(value * factor) else {
            throw ValidationError("'\(text)' is no length of time up to a day; give for example 60s or 5m")
        }
        seconds = value * factor
    }
}

extension Budget: CustomStringConvertible {
    var description: String { "\(decimal(seconds, 0))s" }
}
