import CPUKernels
import TensorCore

/// A node made ready to run: its operands' addresses and the fixed places where its work is cut into tasks.
///
/// Tasks run in any order, several at once, and write disjoint memory; each element's value depends on its task alone.
protocol Step {
    var taskCount: Int { get }
    /// Bytes of scratch memory that a worker needs.
    var scratchByteCount: Int { get }
    func run(task: Int, _ context: TaskContext)
}

/// What a task may use beside its own operands.
struct TaskContext {
    /// Workers that share the step's tasks: one that takes a task is likely to take the one so much later next.
    let workerCount: Int
    /// Memory of the worker that runs the task, 64-byte aligned.
    let scratch: UnsafeMutableRawPointer
    /// The photographs of this run by the index of the plan's input; nil for tensors.
    let photographs: UnsafeBufferPointer<Photograph?>
}

/// An 8-bit RGB picture as the caller's tensor holds it: [height, width, 3].
struct Photograph {
    let pixels: UnsafePointer<UInt8>
    let height: Int
    let width: Int
}
