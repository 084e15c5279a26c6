import ArgumentParser
import Fathom
import Foundation

/// `fathom evaluate`: measures depth against the truth.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure depth files, or a model, against true depth.",
        discussion: """
            Predictions are files of a folder (--pred) or computed by a model (--model); they are compared with the \
            depths of --gt or --data, which is a folder of pairs (NAME.jpg with NAME.npz, .npy, .exr, .pfm, .dpt or \
            NAME_depth.png, and NAME.json for the camera) or, with --preset, a data set as it is distributed. What \
            cannot be read is reported and skipped; the exit status then is 1. docs/evaluation.md tells what each \
            figure means.
            """)

    @Option(name: .long, help: ArgumentHelp("Predicted depth files.", valueName: "folder"))
    var pred: String?

    @Option(name: .long, help: ArgumentHelp("True depth: files, or a data set with --preset.", valueName: "folder"))
    var gt: String?

    @Option(name: .long, help: ArgumentHelp("Photographs with true depth, for --model.", valueName: "folder"))
    var data: String?

    @OptionGroup var model: MeasuredModelArguments
    @OptionGroup var measure: MeasureArguments

    @Option(name: .long, help: ArgumentHelp("Write every image and the means as CSV; - prints it.", valueName: "file"))
    var csv: String?

    @Flag(name: .long, help: "Print JSON instead of the table.")
    var json = false

    @Flag(name: .long, help: "Put every image in the table.")
    var perImage = false

    func validate() throws {
        guard (pred != nil) != (model.model != nil) else {
            throw ValidationError("give either --pred with --gt, or --model with --data")
        }
        guard pred == nil || data == nil else { throw ValidationError("--data goes with --model; --pred takes --gt") }
        guard model.model == nil || data != nil else { throw ValidationError("--model needs --data") }
        guard !(json && csv == "-") else { throw ValidationError("give only one of --json and --csv -") }
        do { try measure.options(focal: model.focal).validate() } catch { throw ValidationError("\(error)") }
    }

    func run() throws {
        if let csv, csv != "-" { try OutputFile.check(csv) }
        let evaluation = try makeEvaluation()
        let progress = isatty(STDERR_FILENO) == 1 ? ProgressBar(total: evaluation.imageCount) : nil
        let report = evaluation.run { _, error in
            progress?.clear()
            if let error { writeError("fathom: \(error)") }
            progress?.advance(by: 1)
        }
        progress?.clear()
        try show(report)
        guard report.failures.isEmpty else {
            let measured = report.methods.first?.images.count ?? 0
            writeError("fathom: \(report.failures.count) failed, \(measured) measured:")
            for failure in report.failures { writeError("  \(failure.error)") }
            throw ExitCode.failure
        }
    }

    private func makeEvaluation() throws -> DepthEvaluation {
        let options = try measure.options(focal: model.focal)
        if let pred { return try DepthEvaluation(predictions: pred, truth: gt, options: options) }
        guard let path = model.model, let data else { throw ValidationError("--model needs --data") }
        let estimator = try DepthEstimator(model: path, options: model.options)
        return try DepthEvaluation(model: estimator, data: data, truth: gt, options: options)
    }

    private func show(_ report: EvaluationReport) throws {
        let table = EvaluationCSV(report)
        if let csv, csv != "-" { try table.write(to: csv) }
        if csv == "-" {
            try writeOutput(table.text, terminator: "")
        } else if json {
            try writeOutput(jsonLine(report))
        } else {
            try writeOutput(EvaluationText(report, showsImages: perImage).text)
        }
    }
}
