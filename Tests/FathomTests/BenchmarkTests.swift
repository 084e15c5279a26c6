import Fathom
import Foundation
import TestSupport
import Testing

@Suite("Benchmark reports and their comparison")
struct BenchmarkTests {
    /// A report as a file of it says it, with the given medians and deviations.
    private static func report(
        _ rows: [(name: String, median: Double, deviation: Double)], precision: String = "f32"
    ) throws -> BenchmarkReport {
        let machine: [String: Any] = [
            "device": "cpu", "device_model": "a processor", "threads": 1, "precision": precision, "version": "1",
            "properties": ["instruction sets": "many"],
        ]
        let rate: [String: Any] = ["name": "f32 multiply-add", "per_second": 1e9]
        let object: [String: Any] = [
            "subject": "kernels", "machine": machine, "model": "m",
            "roof": ["arithmetic": rate, "other_arithmetic": [], "memory": [rate], "cache": []],
            "rows": rows.map { row in
                [
                    "name": row.name, "operation": "linear", "shape": "[1] -> [1]", "calls": 2, "flop_count": 10,
                    "byte_count": 20,
                    "runs": 5, "min_seconds": row.median, "median_seconds": row.median, "p90_seconds": row.median,
                    "p99_seconds": row.median, "deviation_seconds": row.deviation, "flop_per_second": 1,
                    "bytes_per_second": 1, "share_of_roof": 0.5, "bound": "memory",
                ]
            },
            "failures": [],
        ]
        let folder = try TemporaryFolder()
        let path = try folder.write(JSONSerialization.data(withJSONObject: object), "report.json")
        return try BenchmarkReport(contentsOf: path)
    }

    @Test("a difference counts when it exceeds the spread of both reports and two per cent")
    func verdicts() throws {
        let before = try Self.report([
            ("steady", 1, 0.001), ("noisy", 1, 0.1), ("faster", 1, 0.01), ("slower", 1, 0.01), ("gone", 1, 0),
        ])
        let after = try Self.report([
            ("steady", 1.015, 0.001), ("noisy", 1.5, 0.1), ("faster", 0.9, 0.01), ("slower", 1.1, 0.01), ("new", 1, 0),
        ])
        let comparison = BenchmarkComparison(before: before, after: after)
        let verdicts = comparison.rows.map { "\($0.name) \($0.verdict.rawValue)" }
        #expect(
            verdicts == [
                "steady same", "noisy same", "faster faster", "slower slower", "new new", "gone gone",
            ])
        #expect(comparison.foundSlower && comparison.remarks.isEmpty)
        #expect(!BenchmarkComparison(before: before, after: before).foundSlower)
        // What is gone or new is not slower.
        #expect(!BenchmarkComparison(before: before, after: try Self.report([("steady", 1, 0)])).foundSlower)
    }

    @Test("reports of another precision are set side by side with a remark")
    func remarks() throws {
        let comparison = BenchmarkComparison(
            before: try Self.report([("a", 1, 0)]), after: try Self.report([("a", 1, 0)], precision: "bf16"))
        #expect(comparison.remarks == ["the precision is another: f32 before, bf16 now"])
    }

    @Test("a report is read as it was written")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let report = try Self.report([("a", 0.25, 0.125)])
        try report.write(to: folder.file("report.json"))
        #expect(try BenchmarkReport(contentsOf: folder.file("report.json")) == report)
        #expect(try folder.allFiles() == ["report.json"])
    }

    @Test("what is no report is refused by its name", arguments: ["", "{}", "[1]", "{\"rows\":[]}", "\u{0}"])
    func damaged(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Data(text.utf8), "report.json")
        let error = #expect(throws: FathomError.self) { try BenchmarkReport(contentsOf: path) }
        #expect(error?.message.contains(path) == true && error?.code == .invalidArgument)
    }

    @Test("numbers of runs that cannot be are refused before anything is opened")
    func options() {
        for change: (inout BenchmarkOptions) -> Void in [
            { $0.runCount = 0 }, { $0.warmupCount = -1 }, { $0.seconds = 0 }, { $0.seconds = .infinity },
        ] {
            var options = BenchmarkOptions()
            change(&options)
            let error = #expect(throws: FathomError.self) {
                try KernelBenchmark.run(model: "/nowhere", options: .init(), benchmark: options)
            }
            #expect(error?.code == .invalidArgument)
        }
    }
}
