import CPUKernels
import TensorCore

/// A node made ready to run: its operands' addresses and the fixed places where its work is cut into tasks.
///
/// Tasks run in any order, several at once, and write disjoint memory; each element's value depends on its task alone.
protocol Step {
    var taskCount: Int { get }
    /// Floats of scratch memory that a worker needs.
    var scratchCount: Int { get }
    func run(task: Int, _ context: TaskContext)
}

/// What a task may use beside its own operands.
struct TaskContext {
    /// Memory of the worker that runs the task, 64-byte aligned.
    let scratch: UnsafeMutablePointer<Float>
    /// The photographs of this run by the index of the plan's input; nil for tensors.
    let photographs: UnsafeBufferPointer<Photograph?>
}

/// An 8-bit RGB picture as the caller's tensor holds it: [height, width, 3].
struct Photograph {
    let pixels: UnsafePointer<UInt8>
    let height: Int
    let width: Int
}

/// Finds operands: values in the arena, weights in their region.
struct Binder {
    let plan: Plan
    let arena: UnsafeMutablePointer<Float>
    let weights: PreparedWeights
    let kernels: cpu_kernels

    func output(_ value: Value) -> UnsafeMutablePointer<Float> {
        guard let offset = plan.memory.offsets[value.index] else {
            preconditionFailure("value \(value.index) has no memory")
        }
        return arena.advanced(by: offset / MemoryLayout<Float>.size)
    }

    func input(_ value: Value) -> UnsafePointer<Float> { UnsafePointer(output(value)) }

    func weight(_ weight: Weight, packing: WeightPacking = .plain) -> UnsafePointer<Float> {
        weights.address(of: PackedWeight(weight: weight, packing: packing))
    }

    func epilogue(_ epilogue: Epilogue, of node: Node) -> BoundEpilogue {
        BoundEpilogue(
            bias: epilogue.bias.map { weight($0) }, scale: epilogue.layerScale.map { weight($0) },
            residuals: node.inputs.dropFirst().map(input), activation: epilogue.activation.kernelValue,
            kernels: kernels)
    }

    /// The step of a node: the one place that maps operations to implementations.
    func step(_ node: Node) -> any Step {
        switch node.op {
        case .prepareImage(let op): PrepareImageStep(op, node, self)
        case .downsample(let op): DownsampleStep(op, node, self)
        case .embedPatches(let op): EmbedPatchesStep(op, node, self)
        case .layerNorm(let op): LayerNormStep(op, node, self)
        case .linear(let op): ProductStep(op, node, self)
        case .attention(let op): AttentionStep(op, node, self)
        case .mergeTokens(let op): MergeTokensStep(op, node, self)
        case .conv2D(let op): convolutionStep(op, node, self)
        case .upsampleConv(let op): UpsampleStep(op, node, self)
        case .subpixelConv(let op): SubpixelStep(op, node, self)
        case .concatenate: ConcatenateStep(node, self)
        }
    }
}
