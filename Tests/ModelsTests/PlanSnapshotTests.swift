import Foundation
import Models
import TensorCore
import TestSupport
import Testing

/// The plan of the published network as a checked-in text: a refactoring leaves it byte-identical, a feature shows its
/// difference. `FATHOM_UPDATE_SNAPSHOTS=1 swift test -c release --filter PlanSnapshotTests` writes it anew.
@Suite("the plan of the published network")
struct PlanSnapshotTests {
    @Test("is as recorded", arguments: [("published-plan.txt", false), ("published-plan-fused.txt", true)])
    func snapshot(file: String, isFused: Bool) throws {
        let graph = try DepthPro(.published).graph(microBatch: 5)
        let text = Self.text(Plan(isFused ? graph.fused() : graph))
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/\(file)")
        if ProcessInfo.processInfo.environment["FATHOM_UPDATE_SNAPSHOTS"] != nil {
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == text)
    }

    private static func text(_ plan: Plan) -> String {
        let listing = PlanListing(plan)
        let rows = listing.rows.map { row in
            "\(row.count) x \(row.scope) \(row.operation) \(row.input) -> \(row.output)"
                + " flop \(row.cost.flopCount) bytes \(row.cost.byteCount)"
        }
        let offsets = plan.nodes.reduce(UInt64(14_695_981_039_346_656_037)) { hash, node in
            // FNV-1a over every output's offset: catches a change that the rows do not show.
            (hash ^ UInt64(plan.memory.offsets[node.output.index] ?? 0)) &* 1_099_511_628_211
        }
        return
            (rows + [
                "nodes \(plan.nodes.count) flop \(listing.cost.flopCount) weights \(listing.weightElementCount)"
                    + " arena bytes \(listing.arenaByteCount) offsets \(String(offsets, radix: 16))"
            ]).joined(separator: "\n") + "\n"
    }
}
