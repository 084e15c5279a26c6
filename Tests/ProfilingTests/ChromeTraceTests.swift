import Foundation
import Profiling
import TensorCore
import Testing

@Suite("a trace")
struct ChromeTraceTests {
    struct Event: Decodable {
        let name: String
        let ph: String
        let pid: Int
        let tid: Int?
        let ts: Double?
        let dur: Double?
    }

    struct Trace: Decodable {
        let traceEvents: [Event]
        let displayTimeUnit: String
        let otherData: [String: String]
    }

    private static func trace(_ runs: [ProfiledRun]) throws -> Trace {
        let trace = ChromeTrace(
            HandMade.plan, costs: HandMade.costs, runs: runs, device: "a \"device\"", facts: ["model": "mini"])
        return try JSONDecoder().decode(Trace.self, from: Data(trace.json.utf8))
    }

    @Test("names its tracks and holds every run, stretch of a stage and kernel")
    func content() throws {
        let trace = try Self.trace(HandMade.runs)
        #expect(trace.displayTimeUnit == "ms" && trace.otherData == ["model": "mini"])
        let names = { (phase: String) in trace.traceEvents.filter { $0.ph == phase }.map(\.name) }
        #expect(names("M") == ["process_name", "process_name", "thread_name", "thread_name", "thread_name"])
        #expect(
            names("X") == [
                "run 1", "encoders", "decoder", "linear", "linear", "linear",
                "run 2", "encoders", "decoder", "prepare", "linear", "linear", "linear", "prepareImage",
            ])
        let encoders = try #require(trace.traceEvents.first { $0.name == "encoders" })
        #expect(encoders.ts == 500_000 && encoders.dur == 750_000)
        let second = try #require(trace.traceEvents.first { $0.name == "run 2" })
        #expect(second.ts == 8_000_000 && second.dur == 4_000_000)
    }

    @Test("has no overlapping events on a track, however the clock's nanoseconds round")
    func noOverlap() throws {
        // Nodes that follow one another without a gap, at times that no float64 holds exactly.
        var runs: [ProfiledRun] = []
        for run in 0..<50 {
            let bounds = (0...4).map { Double(run * 4001 + $0 * 1000 + 333) * 1e-9 }
            runs.append(
                ProfiledRun(
                    start: bounds[0], wallSeconds: bounds[4] - bounds[0],
                    nodeStarts: (0..<4).map { bounds[$0] - bounds[0] },
                    nodeSeconds: (0..<4).map { bounds[$0 + 1] - bounds[$0] }))
        }
        let events = try Self.trace(runs).traceEvents.filter { $0.ph == "X" }
        #expect(events.count == 50 * (1 + 3 + 4))
        for track in Set(events.map { [$0.pid, $0.tid ?? 0] }) {
            var end = 0
            for event in events where [event.pid, event.tid ?? 0] == track {
                let start = Int((try #require(event.ts) * 1000).rounded())
                #expect(start >= end)
                end = start + Int((try #require(event.dur) * 1000).rounded())
            }
        }
    }

    @Test("counts the activations that are still needed while each node runs")
    func liveBytes() {
        // 32 bytes for each [2, 4], 64 for the head's output, 192 for the image; the head's output stays to the end.
        #expect(HandMade.plan.liveByteCounts == [64, 64, 96, 64 + 192])
    }
}
