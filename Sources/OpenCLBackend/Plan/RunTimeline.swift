package import TensorCore

/// When the nodes and the commands of a run were computed, in whole nanoseconds from its first command, so that
/// neighbours meet and do not overlap by a rounding error.
///
/// A queue runs its commands in order, whatever a driver's clock says: each begins where the one before has ended, or
/// later.
package struct RunTimeline {
    package private(set) var commands: [DeviceCommand] = []
    private var nodes: [(start: Int, end: Int)?]
    private let origin: UInt64
    private var endOfKernels = 0
    private var endOfUploads = 0

    /// - Parameters:
    ///   - nodeCount: of the plan.
    ///   - origin: when the first command was queued.
    package init(nodeCount: Int, origin: UInt64) {
        nodes = .init(repeating: nil, count: nodeCount)
        self.origin = origin
    }

    /// Adds a photograph's way to the device.
    package mutating func addUpload(byteCount: Int, _ times: Event.Times) {
        let span = span(times, after: endOfUploads)
        endOfUploads = span.end
        add(.upload(byteCount: byteCount), times, span)
    }

    /// Adds a launch. One of several nodes is shared out among them by their work-groups, as if they ran one after the
    /// other; a node of several launches lasts from the first to the last.
    package mutating func addKernel(
        _ kernel: KernelLaunch, of members: [(node: Int, groupCount: Int)], _ times: Event.Times
    ) {
        let span = span(times, after: endOfKernels)
        endOfKernels = span.end
        let groupCount = members.reduce(0) { $0 + $1.groupCount }
        var (start, passed) = (span.start, 0)
        for member in members {
            passed += member.groupCount
            let share = Double(passed) / Double(groupCount)
            let end = passed == groupCount ? span.end : span.start + Int(Double(span.end - span.start) * share)
            nodes[member.node] = (nodes[member.node]?.start ?? start, end)
            start = end
        }
        add(.kernel(kernel, nodes: members.map(\.node)), times, span)
    }

    private mutating func add(_ work: DeviceCommand.Work, _ times: Event.Times, _ span: (start: Int, end: Int)) {
        commands.append(
            DeviceCommand(
                work: work, queued: seconds(min(nanoseconds(times.queued), span.start)),
                submitted: seconds(min(nanoseconds(times.submitted), span.start)), start: seconds(span.start),
                seconds: seconds(span.end - span.start)))
    }

    private func span(_ times: Event.Times, after end: Int) -> (start: Int, end: Int) {
        let start = max(nanoseconds(times.started), end)
        return (start, max(nanoseconds(times.ended), start))
    }

    /// No later than float64 counts single nanoseconds, about 100 days: a driver may say anything.
    private func nanoseconds(_ time: UInt64) -> Int { time > origin ? Int(min(time - origin, 1 << 53)) : 0 }

    private func seconds(_ nanoseconds: Int) -> Double { Double(nanoseconds) / 1e9 }

    /// Seconds in each node; zero for one that did not run.
    package var nodeSeconds: [Double] { nodes.map { node in node.map { seconds($0.end - $0.start) } ?? 0 } }
    /// Seconds to the start of each node; zero for one that did not run.
    package var nodeStarts: [Double] { nodes.map { node in node.map { seconds($0.start) } ?? 0 } }
}
