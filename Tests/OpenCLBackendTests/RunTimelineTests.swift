import OpenCLBackend
import TensorCore
import TestSupport
import Testing

@Suite("The time line of a run")
struct RunTimelineTests {
    private static let kernel = KernelLaunch(
        name: "linear", form: "product_tile", constants: "PANEL=64", global: [72, 3, 1], local: [8, 1, 1])

    @Test("shares a launch out in whole nanoseconds that meet, whatever the shares")
    func shares() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<200 {
            let groups = (0..<35).map { (node: $0, groupCount: Int.random(in: 1...97, using: &generator)) }
            let start = UInt64.random(in: 0...(1 << 62), using: &generator)
            let nanoseconds = UInt64.random(in: 0...100_000, using: &generator)
            var timeline = RunTimeline(nodeCount: 36, origin: start - min(start, 12_345))
            let times = Event.Times(queued: start, submitted: start, started: start, ended: start + nanoseconds)
            timeline.addKernel(Self.kernel, of: groups, times)
            timeline.addKernel(Self.kernel, of: [(35, 1)], times)
            let whole = { (seconds: Double) in (seconds * 1e9).rounded() }
            var end = whole(timeline.nodeStarts[0])
            #expect(end == Double(min(start, 12_345)))
            for node in 0..<35 {
                #expect(whole(timeline.nodeStarts[node]) == end)
                end = whole(timeline.nodeStarts[node] + timeline.nodeSeconds[node])
            }
            #expect(end == Double(min(start, 12_345) + nanoseconds))
            // The second launch was said to run at the same time; its queue is in order.
            #expect(whole(timeline.nodeStarts[35]) == end && timeline.nodeSeconds[35] == 0)
        }
    }

    @Test("nodes that no output needs have no time, and those that are needed share it")
    func needed() throws {
        var timeline = RunTimeline(nodeCount: 3, origin: 100)
        timeline.addKernel(
            Self.kernel, of: [(0, 1), (2, 3)],
            Event.Times(queued: 100, submitted: 110, started: 200, ended: 600))
        #expect(timeline.nodeSeconds == [100e-9, 0, 300e-9] && timeline.nodeStarts == [100e-9, 0, 200e-9])
        let command = try #require(timeline.commands.first)
        #expect(command.queued == 0 && command.submitted == 10e-9 && command.start == 100e-9)
        #expect(command.work == .kernel(Self.kernel, nodes: [0, 2]))
    }

    @Test("what a driver's clock cannot have meant is put in order")
    func clocks() {
        let backwards = Event.Times(queued: 0, submitted: 0, started: .max, ended: 5)
        #expect(backwards.ended == .max && backwards.queued == .max && backwards.seconds == 0)
        let late = Event.Times(queued: 900, submitted: 800, started: 700, ended: 1000)
        #expect(late.queued == 700 && late.submitted == 700 && late.ended == 1000)
        let crossed = Event.Times(queued: 650, submitted: 600, started: 700, ended: 1000)
        #expect(crossed.queued == 600 && crossed.submitted == 600)
        // Ends of time do not overflow.
        var timeline = RunTimeline(nodeCount: 1, origin: 0)
        timeline.addUpload(byteCount: 3, Event.Times(queued: 0, submitted: 0, started: 0, ended: .max))
        timeline.addUpload(byteCount: 3, Event.Times(queued: 0, submitted: 0, started: 1, ended: 2))
        #expect(timeline.commands.map(\.start) == [0, Double(1 << 53) / 1e9])
        #expect(timeline.commands.allSatisfy { $0.seconds.isFinite })
    }
}
