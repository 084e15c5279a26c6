import Fathom

/// A time budget for people: a line for each operation, then the total and what it stands on.
struct BudgetText {
    private let budget: TimeBudget

    init(_ budget: TimeBudget) { self.budget = budget }

    var text: String {
        var table = TextTable(columns: [
            .left("operation"), .right("launches"), .right("GFLOP"), .right("MB"), .right("arithmetic ms"),
            .right("memory ms"), .right("ms"),
        ])
        let operations = budget.rows.map(\.operation).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        for operation in operations {
            let rows = budget.rows.filter { $0.operation == operation }
            let sum = { (value: (TimeBudget.Row) -> Double) in rows.reduce(0) { $0 + value($1) } }
            table.add([
                operation, String(rows.reduce(0) { $0 + $1.launches }), decimal(sum { Double($0.flopCount) } / 1e9, 1),
                decimal(sum { Double($0.byteCount) } / 1e6, 1), decimal(sum(\.arithmeticSeconds) * 1e3, 2),
                decimal(sum(\.memorySeconds) * 1e3, 2), decimal(sum(\.seconds) * 1e3, 2),
            ])
        }
        table.add(["transfers", "", "", "", "", "", decimal(budget.transferSeconds * 1e3, 2)])
        return """
            \(budget.device), \(budget.path): \(decimal(budget.seconds * 1e3, 1)) ms for a photograph, \
            \(budget.launches) launches
            \(table.text)
            assumed: \(budget.assumptions.joined(separator: "; "))

            """
    }
}
