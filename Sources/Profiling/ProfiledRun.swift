package import TensorCore

/// One run of a plan on the time line of a profile.
package struct ProfiledRun: Sendable, Hashable {
    /// Seconds from the beginning of the profile to the call.
    package let start: Double
    /// Seconds from the call to its return.
    package let wallSeconds: Double
    /// For each node of the plan, seconds from `start`.
    package let nodeStarts: [Double]
    /// For each node of the plan; zero for nodes that did not run.
    package let nodeSeconds: [Double]
    /// What went through the device's queues; times from `start`.
    package let commands: [DeviceCommand]

    package init(
        start: Double, wallSeconds: Double, nodeStarts: [Double], nodeSeconds: [Double],
        commands: [DeviceCommand] = []
    ) {
        self.start = start
        self.wallSeconds = wallSeconds
        self.nodeStarts = nodeStarts
        self.nodeSeconds = nodeSeconds
        self.commands = commands
    }

    package init(start: Double, wallSeconds: Double, result: RunResult) {
        self.init(
            start: start, wallSeconds: wallSeconds, nodeStarts: result.nodeStarts, nodeSeconds: result.nodeSeconds,
            commands: result.commands)
    }

    /// Seconds in all nodes.
    package var kernelSeconds: Double { nodeSeconds.reduce(0, +) }

    /// Seconds from `start` to the end of the last node or command, on the device's clock.
    var deviceEndSeconds: Double {
        let nodes = zip(nodeStarts, nodeSeconds).map { $0 + $1 }
        return max(nodes.max() ?? 0, commands.map { $0.start + $0.seconds }.max() ?? 0)
    }

    /// Seconds from the start of the first node to the end of the last, on the device's clock: no transfer of what goes in
    /// or comes out, but the gaps between kernels.
    package var deviceSeconds: Double {
        let ends = zip(nodeStarts, nodeSeconds).filter { $1 > 0 }
        return (ends.map { $0 + $1 }.max() ?? 0) - (ends.map(\.0).min() ?? 0)
    }
}

extension Plan {
    /// The cost of each node for a photograph of so many bytes. The plan itself counts a photograph as one pixel of
    /// activations, because its size is known only when it arrives.
    package func costs(photographByteCount: Int) -> [Cost] {
        let photographs = Set(inputs.filter { $0.kind == .photograph }.map(\.value))
        return nodes.map { node in
            let readCount = node.inputs.count(where: photographs.contains)
            let counted = node.inputs.filter(photographs.contains).reduce(0) { $0 + shape($1).elementCount }
            return cost(of: node)
                + Cost(byteCount: readCount * photographByteCount - counted * memory.elementByteCount)
        }
    }

    /// Bytes of the arena that hold a value that is still needed, while each node runs.
    package var liveByteCounts: [Int] {
        var lastUses = [Int](repeating: -1, count: shapes.count)
        for (step, node) in nodes.enumerated() { for input in node.inputs { lastUses[input.index] = step } }
        for output in outputs { lastUses[output.value.index] = nodes.count }

        var live = Set(inputs.map(\.value))
        return nodes.enumerated().map { step, node in
            live.insert(node.output)
            // A product's output may take over the memory of a residual: the same offset, counted once.
            var blocks: [Int: Int] = [:]
            for value in live {
                guard let offset = memory.offsets[value.index] else { continue }
                blocks[offset] = max(
                    blocks[offset] ?? 0, shape(value).elementCount * memory.elementByteCount(of: value))
            }
            live = live.filter { lastUses[$0.index] > step }
            return blocks.values.reduce(0, +)
        }
    }
}
