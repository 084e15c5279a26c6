import Foundation
package import TensorCore

/// Runs as a trace for Perfetto (ui.perfetto.dev) and chrome://tracing: the host's calls on one track; the device's
/// stages, kernels and uploads on tracks of their own; flows from where the host queued a command to where it ran; and
/// counters for rates and memory. Events on a track do not overlap. (Trace Event Format; times in microseconds.)
package struct ChromeTrace {
    var events: [TraceEvent] = []
    var flowCount = 0
    private let facts: [String: String]

    enum Track {
        static let host = 1
        static let device = 2
        static let runs = 1
        static let stages = 1
        static let kernels = 2
        static let uploads = 3
    }

    /// - Parameters:
    ///   - plan: what ran.
    ///   - costs: of each node of the plan.
    ///   - runs: in the order in which they ran.
    ///   - device: the device's name on its tracks.
    ///   - facts: what else a reader should know, by name.
    package init(_ plan: Plan, costs: [Cost], runs: [ProfiledRun], device: String, facts: [String: String]) {
        self.facts = facts
        nameTracks(device: device, hasUploads: runs.contains { $0.commands.contains(where: \.isUpload) })
        let live = plan.liveByteCounts
        // A device's clock may be faster than the host's: its next run then begins where the last has ended.
        var deviceEnd = 0.0
        for (index, run) in runs.enumerated() {
            addRun(run, number: index + 1)
            let origin = max(run.start, deviceEnd)
            // In whole nanoseconds, as events end.
            deviceEnd = Double(Span(from: origin, start: run.deviceEndSeconds, seconds: 0).endNanoseconds) / 1e9
            addStages(plan, run, from: origin)
            let launches = run.launchOfNode
            for node in plan.nodes.indices where run.nodeSeconds[node] > 0 {
                addKernel(plan, node, costs[node], live[node], launches[node], run, from: origin)
            }
            addCommands(run, from: origin)
            let end = Span(from: max(run.start + run.wallSeconds, deviceEnd), start: 0, seconds: 0)
            addCounters(at: end, activationByteCount: 0, flopPerSecond: 0, bytesPerSecond: 0)
        }
    }

    /// The trace as JSON, an event a line.
    package var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let text = { (value: any Encodable) in String(decoding: try encoder.encode(value), as: UTF8.self) }
            let lines = try events.map(text).joined(separator: ",\n")
            return """
                {"displayTimeUnit":"ns","otherData":\(try text(facts)),"traceEvents":[
                \(lines)
                ]}

                """
        }
    }

    private mutating func nameTracks(device: String, hasUploads: Bool) {
        for (process, name) in [(Track.host, "fathom"), (Track.device, device)] {
            events.append(
                TraceEvent(name: "process_name", phase: .metadata, process: process, arguments: ["name": .text(name)]))
        }
        let threads = [
            (Track.host, Track.runs, "runs"), (Track.device, Track.stages, "stages"),
            (Track.device, Track.kernels, "kernels"),
        ]
        for (process, thread, name) in threads + (hasUploads ? [(Track.device, Track.uploads, "uploads")] : []) {
            events.append(
                TraceEvent(
                    name: "thread_name", phase: .metadata, process: process, thread: thread,
                    arguments: ["name": .text(name)]))
        }
    }

    private mutating func addRun(_ run: ProfiledRun, number: Int) {
        events.append(
            TraceEvent(
                name: "run \(number)", category: "run", process: Track.host, thread: Track.runs,
                span: Span(from: run.start, start: 0, seconds: run.wallSeconds),
                arguments: ["kernel_ms": .number(run.kernelSeconds * 1e3)]))
    }

    /// One event for every stretch of nodes of the same stage.
    private mutating func addStages(_ plan: Plan, _ run: ProfiledRun, from origin: Double) {
        var stretch: (stage: Stage, span: Span)?
        for (node, seconds) in run.nodeSeconds.enumerated() where seconds > 0 {
            let span = Span(from: origin, start: run.nodeStarts[node], seconds: seconds)
            if let current = stretch, current.stage == plan.nodes[node].stage {
                stretch?.span = current.span.extended(to: span)
            } else {
                if let stretch { addStage(stretch.stage, stretch.span) }
                stretch = (plan.nodes[node].stage, span)
            }
        }
        if let stretch { addStage(stretch.stage, stretch.span) }
    }

    private mutating func addStage(_ stage: Stage, _ span: Span) {
        events.append(
            TraceEvent(
                name: stage.rawValue, category: "stage", process: Track.device, thread: Track.stages, span: span))
    }

    mutating func addCounters(
        at span: Span, activationByteCount: Int, flopPerSecond: Double, bytesPerSecond: Double
    ) {
        let counters = [
            ("activations", "MB", Double(activationByteCount) / 1e6), ("arithmetic", "GFLOP/s", flopPerSecond / 1e9),
            ("traffic", "GB/s", bytesPerSecond / 1e9),
        ]
        for (name, unit, value) in counters {
            events.append(
                TraceEvent(
                    name: name, phase: .counter, process: Track.device, span: span, arguments: [unit: .number(value)]))
        }
    }
}
