import OpenCLKernels
import TensorCore

/// Moves tensors between the host, which knows float32, and the arena in its own precision.
struct ArenaAccess {
    private let plan: Plan
    private let arena: DeviceMemory
    private let queue: CommandQueue
    /// Float32 on its way, and the kernels that convert it; nil when the arena holds float32.
    private let conversion: (floats: DeviceMemory, load: Kernel, store: Kernel)?

    init(_ plan: Plan, _ arena: DeviceMemory, _ context: OpenCLContext) throws(OpenCLError) {
        self.plan = plan
        self.arena = arena
        queue = context.computeQueue
        let variants = Self.variants(storage: plan.memory.storage)
        guard !variants.isEmpty else {
            conversion = nil
            return
        }
        let tensors = (plan.inputs.map(\.value) + plan.outputs.map(\.value)).filter {
            !plan.memory.wideValues.contains($0)
        }
        let largest = tensors.map { plan.shape($0).elementCount }.max() ?? 1
        let programs = try context.build(variants.map(\.text))
        guard let load = programs[variants[0].text], let store = programs[variants[1].text] else {
            preconditionFailure("a build gives every program")
        }
        let byteCount = largest * MemoryLayout<Float>.size
        conversion = (
            try DeviceMemory(context, byteCount: byteCount, purpose: "inputs and outputs"),
            try Kernel(load, variants[0].name), try Kernel(store, variants[1].name)
        )
    }

    /// The programs that convert, loading first; none for an arena of float32.
    static func variants(storage: DataType) -> [KernelVariant] {
        guard storage != .float32 else { return [] }
        let constants = ["STORAGE": storage.kernelValue]
        return [
            KernelVariant([.loadFloats], "load_floats", constants),
            KernelVariant([.storeFloats], "store_floats", constants),
        ]
    }

    /// Makes every element a NaN, so that what a run does not write shows.
    func spoil() throws(OpenCLError) { try queue.fill(arena, with: 0xff, byteCount: arena.byteCount) }

    private func byteOffset(_ value: Value) -> Int { plan.memory.offsets[value.index] ?? 0 }

    /// Writes a float32 tensor where the plan expects it.
    func write(_ values: [Float], to value: Value) throws(OpenCLError) {
        guard let (floats, load, _) = conversion else {
            try queue.write(values, to: arena, at: byteOffset(value))
            return
        }
        try queue.write(values, to: floats)
        try launch(load, floats, arena, value, count: values.count)
    }

    /// Reads a value once everything before is done.
    func read(_ value: Value) throws(OpenCLError) -> [Float] {
        let count = plan.shape(value).elementCount
        guard let (floats, _, store) = conversion, !plan.memory.wideValues.contains(value) else {
            return try queue.read(arena, at: byteOffset(value), count: count, repeating: Float.zero)
        }
        try launch(store, arena, floats, value, count: count)
        return try queue.read(floats, count: count, repeating: Float.zero)
    }

    private func launch(
        _ kernel: Kernel, _ from: DeviceMemory, _ to: DeviceMemory, _ value: Value, count: Int
    ) throws(OpenCLError) {
        let start = byteOffset(value) / plan.memory.elementByteCount
        try kernel.setArguments([.memory(from), .memory(to), .ulong(UInt64(start)), .ulong(UInt64(count))])
        let group = Launch.elementGroup
        try queue.launch(kernel, global: [(count + group - 1) / group * group], local: [group])
    }
}
