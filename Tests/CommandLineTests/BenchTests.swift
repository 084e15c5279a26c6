import Foundation
import TestSupport
import Testing

/// What `fathom bench` says, keeps and exits with; no time is asserted.
@Suite("fathom bench")
struct BenchTests {
    private let folder: TemporaryFolder
    private let configuration = Fixture("mini").folder.appending(path: "config.json").path

    init() throws { folder = try TemporaryFolder() }

    private func bench(_ arguments: [String]) throws -> ProcessResult {
        try execute(
            CommandLineTool.path, ["bench"] + arguments, in: folder.path,
            environment: ["FATHOM_DEVICE": "", "FATHOM_CACHE_DIR": folder.file("cache")])
    }

    private func kernels(_ arguments: String...) throws -> ProcessResult {
        try bench(["--model", configuration, "--device", "cpu", "--threads", "1", "--runs", "2"] + arguments)
    }

    private func object(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: folder.file(name)))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("JSON holds a row for each kernel that is listed, and rates that follow from it", arguments: ["f32", "bf16"])
    func json(precision: String) throws {
        let result = try kernels("--json", "k.json", "--precision", precision)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        let report = try object("k.json")
        #expect(report["subject"] as? String == "kernels")
        #expect((report["machine"] as? [String: Any])?["precision"] as? String == precision)
        let rows = try #require(report["rows"] as? [[String: Any]])
        let listed = try kernels("--list", "--precision", precision).outputLines
        #expect(rows.count == listed.count - 1 && (report["failures"] as? [Any])?.isEmpty == true)
        for (row, line) in zip(rows, listed.dropFirst()) {
            let number = { (key: String) in row[key] as? Double ?? .nan }
            #expect(line.contains(try #require(row["name"] as? String)))
            #expect(number("runs") == 2 && number("calls") >= 1)
            #expect(number("min_seconds") <= number("median_seconds"))
            #expect(number("median_seconds") <= number("p90_seconds"))
            for amount in ["byte", "flop"] {
                let rate = number(amount + "_count") / number("median_seconds")
                #expect(abs(number(amount == "byte" ? "bytes_per_second" : "flop_per_second") - rate) <= 1e-9 * rate)
            }
        }
        // A line for each kernel between the heading and the two lines of the summary.
        #expect(result.output.split(separator: "\n").count == rows.count + 2 + 1 + 2)
    }

    @Test("a filter takes kernels by name, operation or shape, in any case")
    func filter() throws {
        let all = try kernels("--list").outputLines
        let attention = try kernels("--list", "--filter", "Attention").outputLines
        #expect(attention.count > 1 && attention.count < all.count)
        #expect(attention.dropFirst().allSatisfy { $0.contains("attention") })
        let one = try kernels("--filter", "attn.qkv", "--json", "-")
        let report = try #require(one.objects().first)
        #expect(one.outputLines.count == 1)
        let names = (report["rows"] as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
        #expect(!names.isEmpty && names.allSatisfy { $0.hasSuffix("attn.qkv") })
        let none = try kernels("--filter", "colour")
        #expect(none.status == 1 && none.errors.contains("no kernel has 'colour'") && none.errors.contains("--list"))
    }

    @Test("what became slower by more than the spread exits with 3, and what became faster does not")
    func compare() throws {
        let filter = ["--filter", "downsample"]
        #expect(try bench(arguments(filter + ["--json", "now.json"])).status == 0)
        for (name, factor, status, verdict) in [("slow.json", 1e6, 0, "faster"), ("fast.json", 1e-6, 3, "slower")] {
            try scale(factor, to: name)
            let result = try bench(arguments(filter + ["--compare", name]))
            #expect(Int(result.status) == status, "\(result.errors)")
            #expect(result.output.contains("since \(name): ") && result.output.contains(verdict + "\n"))
        }
        // Standard output is one report, whatever else is asked for.
        let json = try bench(arguments(filter + ["--compare", "fast.json", "--json", "-"]))
        #expect(try json.status == 3 && json.outputLines.count == 1 && json.objects().count == 1)
        #expect(json.errors.hasPrefix("since fast.json: ") && json.errors.contains("slower\n"), "\(json.errors)")
        try scale(1, to: "same.json", deviation: 1e9)
        let same = try bench(arguments(filter + ["--compare", "same.json"]))
        #expect(same.status == 0 && same.output.contains(" 0 faster, 0 slower, "))
        let other = try bench(arguments(["--filter", "prepareImage", "--compare", "same.json"]))
        #expect(other.status == 0 && other.output.contains(" 1 new, ") && other.output.contains(" gone"))
    }

    private func arguments(_ others: [String]) -> [String] {
        ["--model", configuration, "--device", "cpu", "--threads", "1", "--runs", "2"] + others
    }

    /// `now.json` with other medians.
    private func scale(_ factor: Double, to name: String, deviation: Double = 0) throws {
        var report = try object("now.json")
        report["rows"] = try #require(report["rows"] as? [[String: Any]]).map { row in
            let median = try #require(row["median_seconds"] as? Double)
            return row.merging(["median_seconds": factor * median, "deviation_seconds": deviation]) { $1 }
        }
        try folder.write(JSONSerialization.data(withJSONObject: report), name)
    }

    @Test("photographs are timed with transfers and without, and need no weights")
    func network() throws {
        let result = try bench([
            "network", "--model", configuration, "--device", "cpu", "--threads", "1", "--precision", "bf16", "--runs",
            "1", "--warmup", "0", "--images", "1,2", "--json", "n.json", Fixture("mini").path("photo.png"),
        ])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        let rows = try #require(try object("n.json")["rows"] as? [[String: Any]])
        let names = rows.map { "\($0["name"] ?? "") \($0["operation"] ?? "")" }
        #expect(
            names == [
                "1 photograph with transfers", "1 photograph without transfers", "2 photographs with transfers",
                "2 photographs without transfers",
            ])
        let seconds = rows.compactMap { $0["median_seconds"] as? Double }
        #expect(seconds.count == 4 && seconds[1] <= seconds[0] && seconds[3] <= seconds[2])
        // bfloat16 rounds, and both photographs of a run are computed alike.
        let errors = rows.compactMap { $0["error"] as? Double }
        #expect(errors.count == 4 && errors.allSatisfy { $0 > 0 && $0 < 0.05 && $0 == errors[0] }, "\(errors)")
        for words in ["p50 ms", "p90 ms", "p99 ms", "random weights"] { #expect(result.output.contains(words)) }
    }

    @Test(
        "mistakes are told before anything is measured",
        arguments: [
            (["--runs", "0"], 64, "--runs must be at least 1"), (["--warmup=-1"], 64, "--warmup must not be negative"),
            (["--seconds", "0"], 64, "--seconds must be more than 0"),
            (["--seconds", "1e30"], 64, "a day (86400) at most"),
            (["network", "--images", "1,0"], 64, "give for example 1,2,4"),
            (["network", "--images", "2,2"], 64, "give for example 1,2,4"),
            (["--json", "/nowhere/k.json"], 1, "there is no folder /nowhere"),
            (["--compare", "/nowhere/k.json"], 1, "/nowhere/k.json cannot be read"),
            (["--model", "/nowhere"], 1, "/nowhere"),
        ])
    func mistakes(_ arguments: [String], _ status: Int32, _ words: String) throws {
        let result = try bench(arguments)
        #expect(result.status == status && result.errors.contains(words), "\(result.status) \(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test("the help tells every option and every exit status")
    func help() throws {
        let overview = try CommandLineTool.run("bench", "--help")
        for words in ["0 when all is well", "1 when something failed", "3 when --compare", "64 when"] {
            let text = overview.output.replacing("\n", with: " ").replacing(#/ +/#, with: " ")
            #expect(text.contains(words), "\(words)")
        }
        let common = ["--model", "--device", "--precision", "--runs", "--seconds", "--warmup", "--no-check", "--json"]
        for (command, flags) in [("kernels", ["--filter", "--list"]), ("network", ["--images"])] {
            let help = try CommandLineTool.run("help", "bench", command)
            for flag in common + ["--compare", "--micro-batch"] + flags {
                #expect(help.output.contains(flag), "\(flag) of \(command)")
            }
        }
    }
}
