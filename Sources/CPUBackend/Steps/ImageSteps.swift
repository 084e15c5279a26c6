import CPUKernels
import TensorCore

/// Resizes and normalises a photograph to float32; a task is a block of rows.
struct PrepareImageStep: Step {
    /// Which of the plan's inputs.
    let photograph: Int
    let output: UnsafeMutablePointer<Float>
    let side: Int
    private let rows: Cut

    init(_ op: PrepareImage, _ node: Node, _ binder: Binder) {
        guard let index = binder.plan.inputs.firstIndex(where: { $0.value == node.inputs[0] }) else {
            preconditionFailure("\(node.scope): prepareImage reads a photograph")
        }
        photograph = index
        output = binder.floats(node.output)
        side = op.side
        rows = Cut(op.side, limit: 32)
    }

    var taskCount: Int { rows.count }
    var scratchByteCount: Int { 3 * side * MemoryLayout<Float>.size }

    func run(task: Int, _ context: TaskContext) {
        guard let view = context.photographs[photograph] else { return }
        cpu_prepare_image(
            view.pixels, view.height, view.width, side, rows[task].lowerBound, rows[task].count,
            context.scratch.assumingMemoryBound(to: Float.self), output)
    }
}

/// Reduces maps of float32; a task is one row of the result.
struct DownsampleStep: Step {
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let factor: Int
    /// [images, rows, columns, channels]
    let shape: Shape

    init(_ op: Downsample, _ node: Node, _ binder: Binder) {
        input = UnsafePointer(binder.floats(node.inputs[0]))
        output = binder.floats(node.output)
        factor = op.factor
        shape = binder.plan.shape(node.output)
    }

    var taskCount: Int { shape[0] * shape[1] }
    var scratchByteCount: Int { 0 }

    func run(task: Int, _ context: TaskContext) {
        let columns = shape[2] * factor
        cpu_downsample_row(
            input + task * factor * columns * shape[3], columns, shape[3], factor, shape[2],
            output + task * shape[2] * shape[3])
    }
}
