import ArgumentParser
import Fathom
import Foundation

/// `fathom profile`: where a model's time goes.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Print where a model's time goes, kernel by kernel, against the device's measured roof.",
        discussion: """
            Arithmetic and bytes follow from the shapes; times and the roof are measured. The whole network runs, the \
            field of view included. Without a photograph a synthetic picture is used; without weights, where --model is a \
            config.json, random ones.
            """)

    @OptionGroup var model: ModelArguments

    @Argument(help: ArgumentHelp("A photograph to run on.", valueName: "photo"))
    var photograph: String?

    @Option(name: .long, help: "Runs that count.")
    var runs = 3

    @Option(name: .long, help: "Runs before those that count.")
    var warmup = 1

    @Option(name: .long, help: "What shares a row: operation or module.")
    var by = RowGrouping.operation

    @Option(
        name: .long, help: ArgumentHelp("Write the rows as CSV; - prints them instead of the table.", valueName: "file")
    )
    var csv: String?

    @Flag(name: .long, help: "Print JSON instead of the table.")
    var json = false

    @Option(name: .long, help: ArgumentHelp("Write a time line for ui.perfetto.dev.", valueName: "file.json"))
    var trace: String?

    @Option(name: .long, help: ArgumentHelp("Draw the rows under the device's roofs.", valueName: "file.svg"))
    var roofline: String?

    func validate() throws {
        guard runs >= 1 else { throw ValidationError("--runs must be at least 1") }
        guard warmup >= 0 else { throw ValidationError("--warmup must not be negative") }
        guard !(json && csv == "-") else { throw ValidationError("give only one of --json and --csv -") }
        let files = [csv == "-" ? nil : csv, trace, roofline].compactMap(\.self)
        guard Set(files).count == files.count else { throw ValidationError("give each file a name of its own") }
    }

    func run() throws {
        for path in [csv == "-" ? nil : csv, trace, roofline].compactMap(\.self) { try OutputFile.check(path) }
        let photograph = try photograph.map { try Photograph(contentsOf: $0) } ?? Photograph.synthetic()
        let estimator = try DepthEstimator(measuring: model.path(), options: model.options)
        var options = ProfileOptions()
        options.runCount = runs
        options.warmupCount = warmup
        options.grouping = by.option
        let profile = try estimator.profile(photograph, options: options)
        if let warning = estimator.deviceWarning { writeError("fathom: \(warning)") }
        if let csv, csv != "-" { try profile.write(.csv, to: csv) }
        if let trace { try profile.write(.trace, to: trace) }
        if let roofline { try profile.write(.roofline, to: roofline) }
        if csv == "-" {
            try writeOutput(profile.text(.csv), terminator: "")
        } else if json {
            try writeOutput(jsonLine(profile))
        } else {
            try writeOutput(ProfileText(profile).text)
        }
    }
}

/// What shares a row, by its name on the command line.
enum RowGrouping: String, ExpressibleByArgument, CaseIterable {
    case operation, module

    var option: ProfileOptions.Grouping {
        switch self {
        case .operation: .operation
        case .module: .module
        }
    }
}
