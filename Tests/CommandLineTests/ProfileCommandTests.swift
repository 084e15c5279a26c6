import Foundation
import TestSupport
import Testing

@Suite("fathom profile")
struct ProfileCommandTests {
    private static let mini = Fixture("mini")

    private struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs the `fathom` that was built beside the tests on the mini model.
    private static func profile(_ arguments: [String]) throws -> Outcome {
        let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let process = Process()
        process.executableURL = folder.appending(path: "fathom")
        process.arguments = ["profile", "--model", mini.folder.path] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = { (pipe: Pipe) in String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
        // Errors are a few lines, which fit the pipe while the output is read.
        let (outputText, errorText) = (text(output), text(errors))
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: outputText, errors: errorText)
    }

    private struct JSONProfile: Decodable {
        struct Machine: Decodable {
            let device, device_model, precision, version: String
            let threads: Int
            let properties: [String: String]
        }

        struct Rate: Decodable {
            let name: String
            let per_second: Double
        }

        struct Roof: Decodable {
            let arithmetic: Rate
            let memory, cache: [Rate]
        }

        struct Row: Decodable {
            let operation, module, stage, bound: String
            let input, output: [Int]
            let calls, flop_count, byte_count: Int
            let min_seconds, avg_seconds, max_seconds, total_seconds, share: Double
            let flop_per_second, bytes_per_second, flop_per_byte, share_of_roof: Double
        }

        let machine: Machine
        let model, by: String
        let photograph_width, photograph_height, warmup: Int
        let wall_seconds: [Double]
        let kernel_seconds: Double
        let roof: Roof
        let rows: [Row]
    }

    @Test("prints JSON whose numbers agree with one another")
    func json() throws {
        let photograph = Self.mini.path("photo.png")
        let outcome = try Self.profile([
            photograph, "--runs", "2", "--warmup", "0", "--by", "module", "--threads", "1", "--json",
        ])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let profile = try JSONDecoder().decode(JSONProfile.self, from: Data(outcome.output.utf8))
        #expect(profile.machine.device == "cpu" && profile.machine.threads == 1 && profile.machine.precision == "f32")
        #expect(profile.model == "mini" && profile.by == "module" && profile.warmup == 0)
        #expect(profile.wall_seconds.count == 2 && profile.kernel_seconds <= profile.wall_seconds.reduce(0, +))
        #expect(abs(profile.rows.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        let peak = profile.roof.arithmetic.per_second
        let memory = try #require(profile.roof.memory.map(\.per_second).max())
        for row in profile.rows {
            #expect(row.flop_per_second == Double(row.flop_count) / row.total_seconds)
            #expect(row.bytes_per_second == Double(row.byte_count) / row.total_seconds)
            let least = max(Double(row.flop_count) / peak, Double(row.byte_count) / memory)
            #expect(row.share_of_roof == least / row.total_seconds)
        }
    }

    @Test("measures the roof of the precision in use", arguments: ["bf16", "int8"])
    func precision(name: String) throws {
        let outcome = try Self.profile(["--precision", name, "--runs", "1", "--warmup", "0"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(outcome.output.contains("roof: \(name) multiply-add"))
        #expect(outcome.output.contains(", \(name), fathom"))
    }

    @Test("prints a table of operations, and writes the trace, the roofline and CSV")
    func files() throws {
        let folder = NSTemporaryDirectory() + "fathom-profile-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let names = ["--trace": "t.json", "--roofline": "r.svg", "--csv": "p.csv"]
        let outcome = try Self.profile(
            ["--runs", "1", "--warmup", "0"] + names.flatMap { [$0, folder + "/" + $1] })
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        for words in ["roof: f32 multiply-add", "attention", "embedPatches", "1 run after 0 to warm up"] {
            #expect(outcome.output.contains(words))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == names.values.sorted())
        let trace = try Data(contentsOf: URL(filePath: folder + "/t.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: trace) as? [String: Any])
        let events = try #require(object["traceEvents"] as? [[String: Any]])
        #expect(events.contains { $0["name"] as? String == "attention" && $0["ph"] as? String == "X" })
        #expect(try String(contentsOfFile: folder + "/r.svg", encoding: .utf8).hasSuffix("</svg>\n"))
    }

    @Test("prints CSV alone for --csv -")
    func csv() throws {
        let outcome = try Self.profile(["--runs", "1", "--warmup", "0", "--csv", "-"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("operation,module,stage,input,output,calls,min_seconds,") == true)
        #expect(Set(lines.map { $0.count { $0 == "," } }).count == 1 && lines.count > 5)
    }

    @Test(
        "refuses arguments that cannot be",
        arguments: [
            (["--runs", "0"], "--runs must be at least 1"), (["--warmup=-1"], "--warmup must not be negative"),
            (["--by", "colour"], "colour"), (["--json", "--csv", "-"], "only one of --json and --csv -"),
            (["--trace", "a", "--roofline", "a"], "a name of its own"),
        ])
    func badArguments(_ arguments: [String], _ words: String) throws {
        let outcome = try Self.profile(arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.status) \(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test(
        "fails with one sentence for a photograph or a folder that is not there",
        arguments: [
            ["/nowhere/photo.jpg"], ["--runs", "1", "--warmup", "0", "--trace", "/nowhere/trace.json"],
        ])
    func missing(_ arguments: [String]) throws {
        let outcome = try Self.profile(arguments)
        #expect(outcome.status != 0 && outcome.errors.contains("/nowhere"), "\(outcome.status) \(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }
}
