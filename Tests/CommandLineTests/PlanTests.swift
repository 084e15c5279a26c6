import Foundation
import TestSupport
import Testing

@Suite("fathom plan and fathom devices")
struct PlanTests {
    private func plan(_ arguments: String...) throws -> ProcessResult {
        try execute(
            CommandLineTool.path, ["plan", "--device", "cpu", "--model", Fixture("mini").folder.path] + arguments,
            in: nil)
    }

    @Test("JSON holds every key, and the sum of its rows")
    func json() throws {
        let result = try plan("--json")
        #expect(result.status == 0 && result.errors.isEmpty)
        let object = try #require(result.objects().first)
        #expect(result.outputLines.count == 1)
        #expect(
            object.keys.sorted() == [
                "arena_byte_count", "device", "flop_count", "image_side", "model", "rows", "scratch_byte_count",
                "weight_byte_count",
            ])
        #expect(object["model"] as? String == "mini" && object["image_side"] as? Int == 512)
        let rows = try #require(object["rows"] as? [[String: Any]])
        let keys = ["byte_count", "count", "flop_count", "input", "module", "operation", "output"]
        #expect(rows.allSatisfy { $0.keys.sorted() == keys })
        let sum = rows.compactMap { $0["flop_count"] as? Int }.reduce(0, +)
        #expect(sum > 0 && object["flop_count"] as? Int == sum)
        for key in ["weight_byte_count", "arena_byte_count", "scratch_byte_count"] {
            #expect(object[key] as? Int ?? 0 > 0, "\(key)")
        }
        #expect(object["device"] as? String == "cpu")
    }

    @Test("the table has a line for each row and ends with the totals")
    func table() throws {
        let rows = try #require(plan("--json").objects().first?["rows"] as? [[String: Any]])
        let result = try plan()
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        for title in ["module", "operation", "input", "output", "count", "GFLOP", "share", "MB moved"] {
            #expect(lines[0].contains(title))
        }
        #expect(lines[rows.count + 1].isEmpty)
        for (line, row) in zip(lines.dropFirst(), rows) {
            #expect(
                line.hasPrefix(row["module"] as? String ?? "?") && line.contains(row["operation"] as? String ?? "?"))
        }
        #expect(lines[rows.count + 2].hasPrefix("mini: 512 x 512 inside, "))
        #expect(lines[rows.count + 3].hasPrefix("memory on cpu "))
        for part in [" MB: weights ", ", activations at their peak ", ", scratch "] {
            #expect(lines[rows.count + 3].contains(part))
        }
        #expect(result.output.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test("the plain graph has other operations, a small micro-batch runs more of them")
    func options() throws {
        func cost(_ arguments: String...) throws -> (flopCount: Int, runCount: Int) {
            let result = try execute(
                CommandLineTool.path, ["plan", "--json", "--model", Fixture("mini").folder.path] + arguments, in: nil)
            let object = try #require(result.objects().first)
            let rows = try #require(object["rows"] as? [[String: Any]])
            let runCount = rows.compactMap { $0["count"] as? Int }.reduce(0, +)
            return (try #require(object["flop_count"] as? Int), runCount)
        }
        let (usual, plain) = (try cost(), try cost("--plain-graph"))
        #expect(plain.flopCount > usual.flopCount && plain.runCount > usual.runCount)
        let (one, all) = (try cost("--micro-batch", "1"), try cost("--micro-batch", "35"))
        #expect(one.flopCount == usual.flopCount && all.flopCount == usual.flopCount)
        #expect(one.runCount > usual.runCount && usual.runCount > all.runCount)
    }

    @Test("a configuration alone is planned as the checkpoint it belongs to")
    func configurationAlone() throws {
        let folder = try TemporaryFolder()
        let source = Fixture("mini").folder.appending(path: "config.json")
        try FileManager.default.copyItem(at: source, to: URL(filePath: folder.file("config.json")))
        let expected = try #require(plan("--json").objects().first)
        for path in [folder.path, folder.file("config.json")] {
            let result = try CommandLineTool.run("plan", "--json", "--model", path)
            let object = try #require(result.objects().first)
            #expect(object["flop_count"] as? Int == expected["flop_count"] as? Int)
            #expect(object["weight_byte_count"] as? Int == expected["weight_byte_count"] as? Int)
        }
        try Data("{".utf8).write(to: URL(filePath: folder.file("config.json")))
        let damaged = try CommandLineTool.run("plan", "--model", folder.path)
        #expect(damaged.status == 1 && damaged.errors.contains("config.json"))
    }

    @Test("devices are named, described and pass")
    func devices() throws {
        let text = try CommandLineTool.run("devices")
        #expect(text.status == 0 && text.errors.isEmpty)
        #expect(text.outputLines.first?.hasPrefix("cpu: ") == true)
        #expect(text.output.contains("known answer: PASS"))
        for property in ["instruction sets:", "cores:", "threads:", "memory:", "kernels:"] {
            #expect(text.output.contains(property))
        }
        let objects = try CommandLineTool.run("devices", "--json").objects()
        for object in objects.dropLast() {
            let platform = object["name"] as? String == "cpu" ? [] : ["platform"]
            let keys = ["detail", "kernels", "limits", "model", "name", "passes"] + platform + ["properties"]
            #expect(object.keys.sorted() == keys && object["passes"] as? Bool == true)
            let limits = try #require(object["limits"] as? [String: Int])
            #expect(limits.isEmpty == platform.isEmpty && limits["CL_DEVICE_MAX_WORK_GROUP_SIZE"] != 0)
        }
        #expect(objects.first?["name"] as? String == "cpu")
        let choice = try #require(objects.last)
        let name = try #require(choice["auto"] as? String)
        let reason = try #require(choice["reason"] as? String)
        #expect(text.output.hasSuffix("\nauto: \(name), because \(reason)\n"))
    }
}
