import Fathom

/// A profile for people: the machine, its roof, the rows and the sums.
struct ProfileText {
    private let profile: Profile

    init(_ profile: Profile) { self.profile = profile }

    var text: String { [heading, table, summary].joined(separator: "\n\n") }

    private var heading: String { "\(profile.machine.line)\n\(profile.roof.line)" }

    private var table: String {
        let isByModule = profile.by == .module
        let numbers: [TextTable.Column] = [
            .right("calls"), .right("min ms"), .right("avg ms"), .right("total ms"), .right("share"),
            .right("GFLOP"), .right("MB"), .right("GFLOP/s"), .right("GB/s"), .right("FLOP/B"), .right("of roof"),
            .left("bound"),
        ]
        // Which kernels, where a row is one module's and the device has launches.
        let hasKernels = isByModule && profile.rows.contains { !$0.kernels.isEmpty }
        let names: [TextTable.Column] = isByModule ? [.left("module"), .left("operation")] : [.left("operation")]
        var table = TextTable(columns: names + numbers + (hasKernels ? [.left("kernel, work-items")] : []))
        for row in profile.rows {
            let kernels = row.kernelLines
            let others = kernels.count > 1 ? " and \(kernels.count - 1) more" : ""
            table.add(
                [row.module, row.operation].compactMap(\.self) + cells(row)
                    + (hasKernels ? [(kernels.first ?? "") + others] : []))
        }
        return table.text
    }

    private func cells(_ row: Profile.Row) -> [String] {
        [
            String(row.calls), decimal(row.minSeconds * 1e3, 3), decimal(row.avgSeconds * 1e3, 3),
            decimal(row.totalSeconds * 1e3, 2), decimal(row.share * 100, 1) + " %",
            decimal(Double(row.flopCount) / 1e9, 3),
            decimal(Double(row.byteCount) / 1e6, 1), decimal(row.flopPerSecond / 1e9, 1),
            decimal(row.bytesPerSecond / 1e9, 1), decimal(row.flopPerByte, 1), decimal(row.shareOfRoof * 100, 1) + " %",
            row.bound,
        ]
    }

    private var summary: String {
        let wall = profile.wallSeconds
        let total = wall.reduce(0, +)
        let flop = profile.rows.reduce(0) { $0 + $1.flopCount }
        let outside = (total - profile.kernelSeconds) / max(total, .leastNonzeroMagnitude)
        return """
            \(profile.model) on \(profile.photographWidth) x \(profile.photographHeight) pixels: \
            \(wall.count == 1 ? "1 run" : "\(wall.count) runs") after \(profile.warmup) to warm up, \
            \(decimal(total / Double(wall.count) * 1e3, 1)) ms each (shortest \(decimal((wall.min() ?? 0) * 1e3, 1))), \
            \(decimal(outside * 100, 1)) % outside kernels
            \(decimal(Double(flop) / Double(wall.count) / 1e9, 1)) GFLOP a run, \
            \(decimal(Double(flop) / max(profile.kernelSeconds, .leastNonzeroMagnitude) / 1e9, 1)) GFLOP/s in kernels; \
            GFLOP and bytes follow from the shapes, times are measured
            """
    }
}
