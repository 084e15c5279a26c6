/// What a run computed and where its time went.
package struct RunResult: Sendable {
    package let outputs: [String: HostTensor]
    /// Seconds spent in each node of the plan; zero for nodes that no output needed.
    package let nodeSeconds: [Double]
    /// Seconds from the start of the run to the start of each node, on the clock of `nodeSeconds`; zero for nodes that
    /// no output needed. Nodes follow one another in the plan's order and do not overlap.
    package let nodeStarts: [Double]
    /// What went through the queues of a device that has some.
    package let commands: [DeviceCommand]

    package init(
        outputs: [String: HostTensor], nodeSeconds: [Double], nodeStarts: [Double], commands: [DeviceCommand] = []
    ) {
        self.outputs = outputs
        self.nodeSeconds = nodeSeconds
        self.nodeStarts = nodeStarts
        self.commands = commands
    }

    /// Seconds by stage.
    package func stageSeconds(of plan: Plan) -> [Stage: Double] {
        zip(plan.nodes, nodeSeconds).reduce(into: [:]) { $0[$1.0.stage, default: 0] += $1.1 }
    }
}

/// A command that went through a queue of a device. Commands of a queue do not overlap. Times are seconds from the start
/// of the run.
package struct DeviceCommand: Sendable, Hashable {
    package enum Work: Sendable, Hashable {
        /// A kernel and the nodes of the plan that it computed, in the order of their work-groups.
        case kernel(KernelLaunch, nodes: [Int])
        /// A photograph on its way to the device.
        case upload(byteCount: Int)
    }

    package let work: Work
    /// When the host added it to the queue.
    package let queued: Double
    /// When the device got it.
    package let submitted: Double
    package let start: Double
    package let seconds: Double

    package init(work: Work, queued: Double, submitted: Double, start: Double, seconds: Double) {
        self.work = work
        self.queued = queued
        self.submitted = submitted
        self.start = start
        self.seconds = seconds
    }
}

/// A kernel as it was launched.
package struct KernelLaunch: Sendable, Hashable {
    /// The kernel's name: `linear`.
    package let name: String
    /// The files that say how it is computed: `product_tile`; empty for kernels that are computed in one way.
    package let form: String
    /// What it was compiled with: `ITEM_ROWS=8 PANEL=16`.
    package let constants: String
    /// Work-items along each axis.
    package let global: [Int]
    /// Work-items of a work-group along each axis.
    package let local: [Int]

    package init(name: String, form: String, constants: String, global: [Int], local: [Int]) {
        self.name = name
        self.form = form
        self.constants = constants
        self.global = global
        self.local = local
    }
}
