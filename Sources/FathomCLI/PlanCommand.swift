import ArgumentParser
import Fathom
import Foundation

/// `fathom plan`: what a model costs, without running it.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print a model's operations, shapes, arithmetic and memory without running it.",
        discussion: """
            Weights are not needed: --model also takes a config.json, or a folder that holds nothing else. With \
            --roofline, the time on a device that is not at hand is estimated from the rates that its maker states; \
            docs/gpu-budget/devices has such files.
            """)

    @OptionGroup var model: ModelArguments

    @Option(
        name: .long,
        help: ArgumentHelp("Estimate the time on a device from its stated rates.", valueName: "device.json"))
    var roofline: String?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() throws {
        if let roofline {
            let budgets = try TimeBudget.all(model: model.path(), device: roofline, options: model.options)
            for budget in budgets { try writeOutput(json ? jsonLine(budget) : BudgetText(budget).text) }
            return
        }
        let summary = try ModelSummary(model: model.path(), options: model.options)
        try writeOutput(json ? jsonLine(summary) : text(summary))
    }

    private func text(_ summary: ModelSummary) -> String {
        var table = TextTable(columns: [
            .left("module"), .left("operation"), .left("input"), .left("output"), .right("count"), .right("GFLOP"),
            .right("share"), .right("MB moved"),
        ])
        for row in summary.rows {
            let input = row.input.isEmpty ? "photograph" : "\(row.input)"
            table.add([
                row.module, row.operation, input, "\(row.output)", String(row.count),
                decimal(Double(row.flopCount) / 1e9, 3),
                decimal(100 * Double(row.flopCount) / Double(max(summary.flopCount, 1)), 1) + " %",
                decimal(Double(row.byteCount) / 1e6, 1),
            ])
        }
        return """
            \(table.text)

            \(summary.model): \(summary.imageSide) x \(summary.imageSide) inside, \
            \(decimal(Double(summary.flopCount) / 1e9, 1)) GFLOP for a photograph
            \(summary.device.map { "memory on \($0)" } ?? "memory at the least") \
            \(megabytes(summary.memoryByteCount)) MB: weights \(megabytes(summary.weightByteCount)), activations at their \
            peak \(megabytes(summary.arenaByteCount)), scratch \(megabytes(summary.scratchByteCount))
            """
    }

    private func megabytes(_ byteCount: Int) -> String { decimal(Double(byteCount) / 1e6, 1) }
}
