import Synchronization
package import TensorCore

/// A plan with its weights, arena and compiled kernels on a device.
package final class OpenCLPreparedPlan: PreparedPlan, @unchecked Sendable {  // kernels are touched under `turn`
    package let plan: Plan
    private let context: OpenCLContext
    private let launches: [BoundLaunch]
    private let access: ArenaAccess
    private let upload: PhotographUpload
    private let turn = Mutex<Void>(())

    /// Launches after which the device gets what was enqueued, so that it does not wait for the rest.
    private static let flushInterval = 16

    /// Compiles the kernels, uploads the weights and allocates the arena.
    ///
    /// - Parameters:
    ///   - plan: stored in float32, float16 or bfloat16; its wide values are results of products.
    ///   - source: the weights, read once, then released.
    ///   - context: of the device to run on.
    ///   - limits: how kernels are cut; nil for what suits the device.
    ///   - weightLimits: the same for the products in float32 that weights are made of; nil for those of the plan.
    /// - Throws: ``BackendError``.
    package init(
        _ plan: Plan, weights source: any WeightSource, on context: OpenCLContext, limits: KernelLimits? = nil,
        weightLimits: KernelLimits? = nil
    ) throws(BackendError) {
        precondition(
            DataType.ofKernels.contains(plan.memory.storage), "this back end stores float32, float16 and bfloat16")
        precondition(
            plan.memory.wideValues.isSubset(of: plan.wideResults), "of wide values it makes products' results alone")
        let limits = limits ?? KernelLimits(context.device)
        try checkAllocations(plan, limits, context.device)
        let launchPlan = LaunchPlan(plan, limits)
        try launchPlan.weights.check(limits, context.device)
        let programs = try BackendError.wrapping(context.device) { () throws(OpenCLError) in
            try context.build(launchPlan.variants.map(\.text))
        }
        // The arena first: it is what may not fit, and reading the weights takes long.
        let arena = try BackendError.wrapping(context.device) { () throws(OpenCLError) in
            try DeviceMemory(context, byteCount: plan.memory.byteCount, purpose: "activations")
        }
        let weights = try DeviceWeights(launchPlan, from: source, on: context, limits: weightLimits ?? limits)
        self.plan = plan
        self.context = context
        (launches, access) = try BackendError.wrapping(context.device) { () throws(OpenCLError) in
            let memory = PlanMemory(arena: arena, weights: weights)
            var launches: [BoundLaunch] = []
            for planned in launchPlan.launches {
                guard let program = programs[planned.launch.variant.text] else {
                    preconditionFailure("a build gives every program")
                }
                launches.append(try BoundLaunch(planned, program, memory))
            }
            return (launches, try ArenaAccess(plan, arena, context))
        }
        upload = PhotographUpload(context, inputCount: plan.inputs.count)
    }

    /// Makes every activation a NaN, so that what a run does not write shows: freed memory may hold the right result of
    /// another plan.
    func spoilActivations() throws(BackendError) {
        try BackendError.wrapping(context.device) { () throws(OpenCLError) in try access.spoil() }
    }

    /// Runs the plan. Times are those of the device's events; zero where the driver does not tell.
    package func run(_ inputs: [HostTensor], outputs: Set<String>) throws(BackendError) -> RunResult {
        try plan.check(inputs, outputs: outputs)
        return try BackendError.wrapping(context.device) { () throws(OpenCLError) in
            let slot = try upload.start(inputs)
            let result = turn.withLock { _ in
                Result { () throws(OpenCLError) in try run(inputs, slot, outputs) }
            }
            upload.finished(slot)
            return try result.get()
        }
    }

    /// Runs every kernel again on the tensors that the last run brought, which stay: what a launch takes can be told without
    /// moving them each time. Photographs are not among them.
    ///
    /// - Returns: seconds of the kernels by the device's events; zero where the driver does not tell.
    func repeatKernels() throws(BackendError) -> Double {
        try BackendError.wrapping(context.device) { () throws(OpenCLError) in
            let slot = try upload.start([])
            defer { upload.finished(slot) }
            return try turn.withLock { _ in
                Result { () throws(OpenCLError) in
                    let needed = [Bool](repeating: true, count: plan.nodes.count)
                    let started = try enqueue(needed, slot, [])
                    try context.computeQueue.finish()
                    return ((try? timeline(started, slot, needed))?.nodeSeconds ?? []).reduce(0, +)
                }
            }.get()
        }
    }

    private func run(
        _ inputs: [HostTensor], _ slot: PhotographUpload.Slot, _ outputs: Set<String>
    ) throws(OpenCLError) -> RunResult {
        let queue = context.computeQueue
        for (input, (value, _)) in zip(inputs, plan.inputs) {
            if let values = input.float32 { try access.write(values, to: value) }
        }
        // The queue of uploads runs them in order.
        if let last = slot.transfers.last { try queue.wait(for: last.event) }
        let sizes = inputs.map { $0.uint8 == nil ? (height: 0, width: 0) : (height: $0.shape[0], width: $0.shape[1]) }
        let needed = plan.needed(for: outputs)
        let started = try enqueue(needed, slot, sizes)
        // Before the reads, which block as well: Intel's runtime lets a thread that waits here compute along, but not one
        // that waits in a read; two cores then are twice as fast.
        try queue.finish()
        var results: [String: HostTensor] = [:]
        for (name, value) in plan.outputs where outputs.contains(name) {
            results[name] = HostTensor(shape: plan.shape(value), float32: try access.read(value))
        }
        // What was computed is right, whether or not a driver can tell when.
        let timeline =
            (try? timeline(started, slot, needed)) ?? RunTimeline(nodeCount: plan.nodes.count, origin: 0)
        return RunResult(
            outputs: results, nodeSeconds: timeline.nodeSeconds, nodeStarts: timeline.nodeStarts,
            commands: timeline.commands)
    }

    /// A launch of a run, over so many work-groups.
    private typealias StartedLaunch = (launch: PlannedLaunch, groups: [Int], event: Event)

    private func enqueue(
        _ needed: [Bool], _ slot: PhotographUpload.Slot, _ sizes: [(height: Int, width: Int)]
    ) throws(OpenCLError) -> [StartedLaunch] {
        let queue = context.computeQueue
        var started: [StartedLaunch] = []
        for launch in launches {
            guard let groups = launch.planned.groups(needed) else { continue }
            let event = try launch.enqueue(queue, groups: groups, slot, sizes: sizes)
            started.append((launch.planned, groups, event))
            if started.count % Self.flushInterval == 0 { try queue.flush() }
        }
        return started
    }

    /// When everything of a finished run was computed.
    private func timeline(
        _ started: [StartedLaunch], _ slot: PhotographUpload.Slot, _ needed: [Bool]
    ) throws(OpenCLError) -> RunTimeline {
        var (uploads, kernels): ([Event.Times], [Event.Times]) = ([], [])
        for transfer in slot.transfers { uploads.append(try transfer.event.times()) }
        for launch in started { kernels.append(try launch.event.times()) }
        var timeline = RunTimeline(
            nodeCount: plan.nodes.count, origin: uploads.first?.queued ?? kernels.first?.queued ?? 0)
        for (transfer, times) in zip(slot.transfers, uploads) {
            timeline.addUpload(byteCount: transfer.byteCount, times)
        }
        for (launch, times) in zip(started, kernels) {
            let members = launch.launch.members.filter { needed[$0.node] }
            timeline.addKernel(
                launch.launch.launch.description(groups: launch.groups),
                of: members.map { ($0.node, $0.groupCount) }, times)
        }
        return timeline
    }
}

/// Fails with the tensor that makes the plan too large for the device.
func checkAllocations(
    _ plan: Plan, _ limits: KernelLimits, _ device: OpenCLDevice
) throws(BackendError) {
    let needed = plan.memory.byteCount
    guard needed > limits.allocationByteCount else { return }
    let largest = plan.nodes.max { plan.shape($0.output).elementCount < plan.shape($1.output).elementCount }
    let tensor = largest.map { ", the largest is \($0.scope) \(plan.shape($0.output))" } ?? ""
    throw .outOfDeviceMemory(
        device: device.name,
        reason:
            "activations take \(needed) bytes in one buffer\(tensor); the device allows \(limits.allocationByteCount)")
}
