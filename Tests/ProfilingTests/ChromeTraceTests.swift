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
        let id: Int?
        let bp: String?
        let args: Arguments?
    }

    /// Some of what is told of an event.
    struct Arguments: Decodable {
        let kernel, constants: String?
        let gws, lws: [Int]?
        let m, n, k, nodes, queued_us, submit_us, bytes: Double?
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
        #expect(trace.displayTimeUnit == "ns" && trace.otherData == ["model": "mini"])
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
        // Nodes that follow one another without a gap, at times that no float64 holds exactly, after half nanoseconds.
        var runs: [ProfiledRun] = []
        for run in 0..<50 {
            let bounds = (0...4).map {
                (Double(run * 4001 + 333) + (run % 2 == 0 ? 0.5 : 0)) * 1e-9 + Double($0) * 1e-6
            }
            runs.append(
                ProfiledRun(
                    start: bounds[0], wallSeconds: bounds[4] - bounds[0],
                    nodeStarts: (0..<4).map { Double($0) * 1e-6 }, nodeSeconds: .init(repeating: 1e-6, count: 4)))
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

    @Test("tells how a device's kernels were launched, its uploads, and where the host queued them")
    func commands() throws {
        let kernel = KernelLaunch(
            name: "linear", form: "product_tile", constants: "PANEL=32", global: [64, 1, 1], local: [32, 1, 1])
        let commands = [
            DeviceCommand(work: .upload(byteCount: 45), queued: 0, submitted: 0.125, start: 0.25, seconds: 0.25),
            DeviceCommand(
                work: .kernel(kernel, nodes: [0, 1]), queued: 0.375, submitted: 0.4375, start: 0.5, seconds: 0.75),
        ]
        let run = ProfiledRun(
            start: 8, wallSeconds: 4, nodeStarts: [0.5, 1, 2, 0], nodeSeconds: [0.5, 0.25, 1, 0], commands: commands)
        let events = try Self.trace([run]).traceEvents
        let kernels = events.filter { $0.name == "linear" }
        #expect(kernels.map(\.args?.kernel) == ["linear, product_tile", "linear, product_tile", nil])
        let first = try #require(kernels.first?.args)
        #expect(
            first.constants == "PANEL=32" && first.gws == [64, 1, 1] && first.lws == [32, 1, 1] && first.nodes == 2)
        #expect(first.m == 2 && first.n == 4 && first.k == 4)
        #expect(first.queued_us == 8_375_000 && first.submit_us == 8_437_500)
        let upload = try #require(events.first { $0.name == "photograph" })
        #expect(upload.ts == 8_250_000 && upload.dur == 250_000 && upload.args?.bytes == 45)
        #expect(events.contains { $0.ph == "M" && $0.pid == upload.pid && $0.tid == upload.tid })
        // A flow for each, from the run on the host's track into the event on the device's.
        let (starts, ends) = (events.filter { $0.ph == "s" }, events.filter { $0.ph == "f" })
        #expect(starts.map(\.ts) == [8_000_000, 8_375_000] && ends.map(\.ts) == [8_250_000, 8_500_000])
        #expect(starts.map(\.id) == ends.map(\.id) && Set(starts.map(\.id)).count == 2)
        #expect(ends.allSatisfy { $0.bp == "e" } && ends[0].tid == upload.tid && ends[1].tid == kernels[0].tid)
    }

    @Test("counts the activations that are still needed while each node runs")
    func liveBytes() {
        // 32 bytes for each [2, 4], 64 for the head's output, 192 for the image; the head's output stays to the end.
        #expect(HandMade.plan.liveByteCounts == [64, 64, 96, 64 + 192])
    }
}
