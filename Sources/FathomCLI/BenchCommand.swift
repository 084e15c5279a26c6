import ArgumentParser
import Fathom

/// `fathom bench`: how fast kernels and whole photographs are, and whether that changed.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time kernels at a model's shapes, or whole photographs, and compare with earlier times.",
        discussion: """
            Without --model it is the published network. Weights are not needed: --model also takes a config.json, and \
            random weights stand in. On OpenCL devices a result is compared with the CPU's first; a kernel whose result is \
            wrong is reported and not timed. With --compare, a difference counts when it exceeds 3 median absolute deviations of \
            both reports together, and 2 %.

            Exit status: 0 when all is well, 1 when something failed, is wrong or cannot be found, 3 when --compare found \
            something slower, 64 when the command line cannot be understood. `fathom help bench kernels` and `fathom help bench network` list \
            the options.
            """,
        subcommands: [Kernels.self, Network.self], defaultSubcommand: Kernels.self)

    /// `fathom bench kernels`, or without a name.
    struct Kernels: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "kernels",
            abstract: "Time every kernel of the plan by itself (the default).",
            discussion: """
                Each has the shapes that it has in the model's plan, inputs of its own and memory that it keeps. Times \
                are those of the device's events, on the CPU of the call. Exit status: as for `fathom bench`.
                """)

        @OptionGroup var subject: BenchSubjectArguments
        @OptionGroup var measure: BenchArguments

        @Option(
            name: .long,
            help: ArgumentHelp("Time only kernels whose name, operation or shape contains this.", valueName: "text"))
        var filter: String?

        @Flag(name: .long, help: "Print the names of the kernels and time none.")
        var list = false

        func run() throws {
            if list {
                try writeOutput(names())
                return
            }
            let earlier = try measure.prepare()
            let progress = BenchProgress()
            defer { progress.end() }  // also when it throws
            let report = try KernelBenchmark.run(
                model: subject.model, filter: filter, options: subject.run.options, benchmark: measure.options
            ) { kernel, count in progress.next("\(kernel.name) \(kernel.operation)", of: count) }
            progress.end()
            try measure.finish(report, KernelBenchText(report).text, earlier)
        }

        private func names() throws -> String {
            var table = TextTable(columns: [.left("name"), .left("operation"), .left("shape")])
            for kernel in try KernelBenchmark.subjects(
                model: subject.model, options: subject.run.options, filter: filter)
            {
                table.add([kernel.name, kernel.operation, kernel.shape])
            }
            return table.text
        }
    }

    /// `fathom bench network`
    struct Network: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "network",
            abstract: "Time whole photographs, one and several in a run, with transfers and without.",
            discussion: """
                From pixels in memory to inverse depth and field of view in memory. Without transfers: from the start of \
                the first kernel to the end of the last, by the device's clock. Without a photograph a synthetic picture \
                is used. Exit status: as for `fathom bench`.
                """)

        @OptionGroup var subject: BenchSubjectArguments
        @OptionGroup var measure: BenchArguments

        @Argument(help: ArgumentHelp("A photograph to run on.", valueName: "photo"))
        var photograph: String?

        @Option(name: .long, help: "Photographs of a run, as numbers with commas. (default: 1)", transform: imageCounts)
        var images = [1]

        func run() throws {
            let earlier = try measure.prepare()
            let photograph = try photograph.map { try Photograph(contentsOf: $0) } ?? Photograph.synthetic()
            let progress = BenchProgress()
            defer { progress.end() }  // also when it throws
            let report = try NetworkBenchmark.run(
                model: subject.model, photograph, imageCounts: images, options: subject.run.options,
                benchmark: measure.options
            ) { progress.next($0, of: nil) }
            progress.end()
            try measure.finish(report, NetworkBenchText(report).text, earlier)
        }
    }
}

/// `1,2,4` as numbers of photographs.
private func imageCounts(_ text: String) throws -> [Int] {
    let counts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard counts.allSatisfy({ (1...64).contains($0) }), Set(counts).count == counts.count else {
        throw ValidationError("'\(text)' are no numbers of photographs; give for example 1,2,4, each from 1 to 64")
    }
    return counts
}
