import CPUKernels
import Synchronization
import TensorCore

/// A plan with its weights, arena and scratch memory on this machine.
final class CPUPreparedPlan: PreparedPlan, @unchecked Sendable {  // memory behind the steps is touched under `turn`
    let plan: Plan
    private let pool: WorkerPool
    private let weights: PreparedWeights
    private let arenaMemory: MemoryRegion
    private let scratchMemory: MemoryRegion
    private let scratchByteCount: Int
    private let binder: Binder
    private let steps: [any Step]
    private let turn = Mutex<Void>(())

    init(
        _ plan: Plan, weights source: any WeightSource, arithmetic: Arithmetic, pool: WorkerPool, kernels: cpu_kernels
    ) throws(BackendError) {
        precondition([.float32, .bfloat16].contains(plan.memory.storage), "this back end stores bfloat16 or float32")
        self.plan = plan
        self.pool = pool
        let layout = WeightLayout(plan, arithmetic: arithmetic, kernels: kernels)
        weights = try PreparedWeights(layout, from: source, pool: pool, kernels: kernels)
        arenaMemory = try MemoryRegion(byteCount: plan.memory.byteCount, purpose: "activations")
        binder = Binder(
            plan: plan, layout: layout, kernels: kernels, arithmetic: arithmetic, arena: arenaMemory.base,
            weights: weights.base)
        steps = plan.nodes.map(binder.step)
        scratchByteCount = Self.scratchByteCount(steps)
        scratchMemory = try MemoryRegion(byteCount: scratchByteCount * pool.workerCount, purpose: "scratch memory")
    }

    /// Bytes of scratch memory for each worker: what the step that wants most needs, and a page more, so that workers
    /// share no cache line.
    private static func scratchByteCount(_ steps: [any Step]) -> Int {
        let needed = steps.map(\.scratchByteCount).max() ?? 0
        return (needed + 8191) / 4096 * 4096
    }

    /// The memory that such a plan will take. Its steps are bound to addresses that nobody reads.
    static func memoryNeed(
        of plan: Plan, arithmetic: Arithmetic, workerCount: Int, kernels: cpu_kernels
    ) -> MemoryNeed {
        let layout = WeightLayout(plan, arithmetic: arithmetic, kernels: kernels)
        let page = 4096
        guard let nowhere = UnsafeMutableRawPointer(bitPattern: page) else { preconditionFailure("page 1 is not nil") }
        let binder = Binder(
            plan: plan, layout: layout, kernels: kernels, arithmetic: arithmetic, arena: nowhere,
            weights: UnsafeRawPointer(nowhere))
        return MemoryNeed(
            weightByteCount: layout.byteCount, activationByteCount: plan.memory.byteCount,
            scratchByteCount: workerCount * scratchByteCount(plan.nodes.map(binder.step)))
    }

    func run(_ inputs: [HostTensor], outputs: Set<String>) throws(BackendError) -> RunResult {
        try plan.check(inputs, outputs: outputs)
        return turn.withLock { _ in
            copyTensors(inputs)
            var views: [Photograph?] = []
            let times = withPhotographs(inputs[...], &views) { photographs in
                photographs.withUnsafeBufferPointer { runNodes(plan.needed(for: outputs), $0) }
            }
            return RunResult(
                outputs: results(outputs), nodeSeconds: times.map(\.seconds), nodeStarts: times.map(\.start))
        }
    }

    private func copyTensors(_ inputs: [HostTensor]) {
        for (input, (value, _)) in zip(inputs, plan.inputs) {
            guard let values = input.float32 else { continue }
            values.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                var floats = cpu_values(base: UnsafeMutableRawPointer(mutating: base), type: cpu_type_float32)
                var stored = binder.values(value)
                binder.kernels.convert(source.count, &floats, 0, &stored, 0)
            }
        }
    }

    private func runNodes(
        _ needed: [Bool], _ photographs: UnsafeBufferPointer<Photograph?>
    ) -> [(start: Double, seconds: Double)] {
        let beginning = ContinuousClock.now
        return steps.indices.map { index in
            guard needed[index] else { return (0, 0) }
            let step = steps[index]
            let start = ContinuousClock.now
            pool.run(step.taskCount) { task, worker in
                let scratch = scratchMemory.base + worker * scratchByteCount
                step.run(
                    task: task,
                    TaskContext(workerCount: pool.workerCount, scratch: scratch, photographs: photographs))
            }
            let seconds = start.duration(to: .now) / .seconds(1)
            return (beginning.duration(to: start) / .seconds(1), seconds)
        }
    }

    private func results(_ names: Set<String>) -> [String: HostTensor] {
        var results: [String: HostTensor] = [:]
        for (name, value) in plan.outputs where names.contains(name) {
            let shape = plan.shape(value)
            let values = [Float](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
                count = shape.elementCount
                guard let base = buffer.baseAddress else { return }
                var floats = cpu_values(base: base, type: cpu_type_float32)
                var stored = binder.values(value)
                binder.kernels.convert(count, &stored, 0, &floats, 0)
            }
            results[name] = HostTensor(shape: shape, float32: values)
        }
        return results
    }
}

/// Calls `body` with the photographs among the inputs, in place in the callers' tensors.
private func withPhotographs<Result>(
    _ inputs: ArraySlice<HostTensor>, _ views: inout [Photograph?], _ body: ([Photograph?]) -> Result
) -> Result {
    guard let input = inputs.first else { return body(views) }
    guard let bytes = input.uint8 else {
        views.append(nil)
        return withPhotographs(inputs.dropFirst(), &views, body)
    }
    return bytes.withUnsafeBufferPointer { buffer in
        views.append(
            buffer.baseAddress.map { Photograph(pixels: $0, height: input.shape[0], width: input.shape[1]) })
        return withPhotographs(inputs.dropFirst(), &views, body)
    }
}
