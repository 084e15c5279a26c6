import ArgumentParser
import Fathom
import Foundation

/// `fathom plan`: what a model costs, without running it.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print a model's operations, shapes, arithmetic and memory without running it.")

    @OptionGroup var model: ModelArguments

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() throws {
        let summary = try ModelSummary(model: model.model, options: model.options)
        if json {
            print(try jsonLine(summary))
        } else {
            printTable(summary)
        }
    }

    private func printTable(_ summary: ModelSummary) {
        var table = TextTable(columns: [
            .left("module"), .left("operation"), .left("input"), .left("output"), .right("count"), .right("GFLOP"),
            .right("share"), .right("MB moved"),
        ])
        for row in summary.rows {
            table.add([
                row.module, row.operation, "\(row.input)", "\(row.output)", String(row.count),
                decimal(Double(row.flopCount) / 1e9, 3),
                decimal(100 * Double(row.flopCount) / Double(max(summary.flopCount, 1)), 1) + " %",
                decimal(Double(row.byteCount) / 1e6, 1),
            ])
        }
        print(table.text)
        print(
            """

            \(summary.model): \(summary.imageSide) x \(summary.imageSide) inside, \
            \(decimal(Double(summary.flopCount) / 1e9, 1)) GFLOP for a photograph
            weights \(decimal(Double(summary.weightByteCount) / 1e6, 1)) MB, activations \
            \(decimal(Double(summary.arenaByteCount) / 1e6, 1)) MB at their peak
            """)
    }
}
