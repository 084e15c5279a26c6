package import TensorCore

/// Where the time of some runs went, as a table; the row that took the longest comes first.
package struct ProfileTable: Sendable, Hashable {
    /// What shares a row.
    package enum Grouping: String, Sendable, CaseIterable {
        /// All calls of an operation.
        case operation
        /// Calls that differ only in their block or micro-batch, as ``PlanListing`` has them.
        case module
    }

    package struct Row: Sendable, Hashable {
        package let operation: String
        /// Nil where a row stands for all modules.
        package let module: Module?
        /// Executions in all runs together.
        package fileprivate(set) var callCount = 0
        package fileprivate(set) var totalSeconds = 0.0
        package fileprivate(set) var minimumSeconds = Double.infinity
        package fileprivate(set) var maximumSeconds = 0.0
        /// Of all calls together.
        package fileprivate(set) var cost = Cost()
        /// The kernels that computed it, each as it was launched, in the order of their first calls; none on a device
        /// without launches.
        package fileprivate(set) var kernels: [KernelLaunch] = []

        package var averageSeconds: Double { totalSeconds / Double(callCount) }
        package var flopPerSecond: Double { rate(Double(cost.flopCount)) }
        package var bytesPerSecond: Double { rate(Double(cost.byteCount)) }
        /// Floating-point operations for each byte of compulsory traffic.
        package var intensity: Double { Double(cost.flopCount) / Double(max(cost.byteCount, 1)) }
        /// The least time that the roof allows, divided by the time taken. Above 1 where data comes from a cache.
        package func shareOfRoof(_ roof: DeviceRoof) -> Double { rate(roof.leastSeconds(cost)) }

        private func rate(_ amount: Double) -> Double { totalSeconds > 0 ? amount / totalSeconds : 0 }
    }

    package struct Module: Sendable, Hashable {
        package let scope: String
        package let stage: Stage
        package let input: Shape
        package let output: Shape
    }

    package let grouping: Grouping
    package let rows: [Row]
    /// Seconds in all rows.
    package let totalSeconds: Double

    /// - Parameters:
    ///   - plan: what ran.
    ///   - costs: of each node of the plan.
    ///   - runs: with a time for each node; nodes that took no time did not run.
    ///   - grouping: what shares a row.
    package init(_ plan: Plan, costs: [Cost], runs: [ProfiledRun], by grouping: Grouping) {
        var rows: [Row]
        let rowOfNode: [Int]
        switch grouping {
        case .operation:
            let names = plan.nodes.map(\.op.name)
            let distinct = names.withoutRepetition
            rows = distinct.map { Row(operation: $0, module: nil) }
            rowOfNode = names.map { distinct.firstIndex(of: $0) ?? 0 }
        case .module:
            let listing = PlanListing(plan)
            rows = listing.rows.map { row in
                Row(
                    operation: row.operation,
                    module: Module(scope: row.scope, stage: row.stage, input: row.input, output: row.output))
            }
            rowOfNode = listing.rowOfNode
        }
        for run in runs {
            let launches = run.launchOfNode
            for (node, seconds) in run.nodeSeconds.enumerated() where seconds > 0 {
                rows[rowOfNode[node]].add(seconds, costs[node], launches[node])
            }
        }
        self.grouping = grouping
        totalSeconds = rows.reduce(0) { $0 + $1.totalSeconds }
        let ran = rows.filter { $0.callCount > 0 }.enumerated()
        self.rows = ran.sorted { (-$0.element.totalSeconds, $0.offset) < (-$1.element.totalSeconds, $1.offset) }
            .map(\.element)
    }

    /// The part of all time that a row took, 0 ... 1.
    package func share(of row: Row) -> Double { totalSeconds > 0 ? row.totalSeconds / totalSeconds : 0 }
}

extension ProfileTable.Row {
    fileprivate mutating func add(_ seconds: Double, _ cost: Cost, _ launch: DeviceCommand?) {
        callCount += 1
        totalSeconds += seconds
        minimumSeconds = min(minimumSeconds, seconds)
        maximumSeconds = max(maximumSeconds, seconds)
        self.cost = self.cost + cost
        if case .kernel(let kernel, _) = launch?.work, !kernels.contains(kernel) { kernels.append(kernel) }
    }
}
