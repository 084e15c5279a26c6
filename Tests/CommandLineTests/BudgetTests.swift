import Foundation
import TestSupport
import Testing

@Suite("fathom plan --roofline")
struct BudgetTests {
    private static let device = """
        {"name": "Slide rule", "source": "its box", "memory_gigabytes_per_second": 100, "memory_share": 0.5,
         "host_gigabytes_per_second": 10, "launch_microseconds": 7,
         "paths": [{"name": "f32", "element_bytes": 4, "teraflops": 1, "product_share": 0.5, "attention_share": 0.25}]}
        """

    private func budget(_ device: String, _ arguments: String...) throws -> ProcessResult {
        let folder = try TemporaryFolder()
        try Data(device.utf8).write(to: URL(filePath: folder.file("device.json")))
        return try execute(
            CommandLineTool.path,
            ["plan", "--model", Fixture("mini").folder.path, "--roofline", folder.file("device.json")] + arguments,
            in: nil)
    }

    @Test("every row takes the longer of arithmetic and memory, and its launches")
    func rows() throws {
        let result = try budget(Self.device, "--json")
        #expect(result.status == 0 && result.outputLines.count == 1)
        let object = try #require(result.objects().first)
        let rows = try #require(object["rows"] as? [[String: Any]])
        var launchCount = 0
        var sum = try #require(object["transfer_seconds"] as? Double)
        #expect(abs(sum - 512 * 512 * 7 / 10e9) < 1e-12)
        for row in rows {
            let number = { (key: String) in try #require((row[key] as? NSNumber)?.doubleValue) }
            let share = row["operation"] as? String == "attention" ? 0.25 : 0.5
            let arithmetic = try number("flop_count") / (1e12 * share)
            let memory = try number("byte_count") / 50e9
            let seconds = try max(arithmetic, memory) + number("launches") * 7e-6
            #expect(abs(try number("seconds") - seconds) <= 1e-9 * seconds)
            sum += seconds
            launchCount += try #require(row["launches"] as? Int)
        }
        #expect(abs(try #require(object["seconds"] as? Double) - sum) < 1e-9 * sum)
        let plan = try CommandLineTool.run(
            "plan", "--json", "--micro-batch", "35", "--model", Fixture("mini").folder.path)
        let planned = try #require(plan.objects().first?["rows"] as? [[String: Any]])
        let count = planned.compactMap { $0["count"] as? Int }.reduce(0, +)
        // The three encoders have as many blocks: all but one layer of each step are launched along.
        let encoders = planned.filter {
            ["embedPatches", "layerNorm", "attention"].contains($0["operation"] as? String)
        }
        let layers = encoders.compactMap { $0["count"] as? Int }.reduce(0, +)
        #expect(object["launches"] as? Int == launchCount)
        #expect(launchCount < count - layers / 2, "\(launchCount) of \(count)")
    }

    @Test("the table ends with what was assumed")
    func table() throws {
        let result = try budget(Self.device)
        #expect(result.status == 0 && result.outputLines.first?.hasPrefix("Slide rule, f32: ") == true)
        #expect(result.outputLines.last?.hasPrefix("assumed: 1.0 TFLOP/s stated") == true)
    }

    @Test(
        "a file that describes no device is refused with the reason",
        arguments: [
            ("{", "not JSON"), ("{}", "'name' is missing"),
            (device.replacing("0.25", with: "1.5"), "attention_share is 1.5"),
            (device.replacing("\"teraflops\": 1,", with: "\"teraflops\": 0,"), "teraflops is 0.0"),
            (device.replacing("\"teraflops\": 1,", with: "\"teraflops\": \"many\","), "wrong type"),
            (device.replacing("_microseconds\": 7", with: "_microseconds\": -1"), "must not be negative"),
            (device.replacing("_bytes\": 4", with: "_bytes\": 1000000000000000"), "it is 1, 2, 4 or 8"),
        ])
    func damaged(text: String, reason: String) throws {
        let result = try budget(text)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("device.json") && result.errors.contains(reason), "\(result.errors)")
    }

    @Test("a file that is not there is named")
    func missing() throws {
        let result = try CommandLineTool.run(
            "plan", "--model", Fixture("mini").folder.path, "--roofline", "/nowhere/device.json")
        #expect(result.status == 1 && result.errors.contains("/nowhere/device.json cannot be read"))
    }
}
