import Synchronization
import TensorCore

/// A prepared plan that survives the loss of its device once in each run: the context is opened anew, weights are
/// uploaded again, and the run is repeated. A second loss is an error.
final class RecoveringPlan: PreparedPlan {
    let plan: Plan
    private let backend: OpenCLBackend
    private let weights: any WeightSource
    private let current: Mutex<Current>

    /// The plan as it is prepared now, in the context of that number.
    private struct Current {
        /// Nil after a loss from which the device did not come back; the next run tries again.
        var prepared: OpenCLPreparedPlan?
        var generation: Int
    }

    init(_ plan: Plan, weights: any WeightSource, on backend: OpenCLBackend) throws(BackendError) {
        self.plan = plan
        self.weights = weights
        self.backend = backend
        let prepare = { () throws(BackendError) in try backend.prepareOnce(plan, weights: weights) }
        let (prepared, generation): (OpenCLPreparedPlan, Int)
        do { (prepared, generation) = try prepare() } catch .deviceLost { (prepared, generation) = try prepare() }
        current = Mutex(Current(prepared: prepared, generation: generation))
    }

    func run(_ inputs: [HostTensor], outputs: Set<String>) throws(BackendError) -> RunResult {
        switch try attempt(inputs, outputs, after: nil) {
        case .success(let result): return result
        case .failure(let loss):
            switch try attempt(inputs, outputs, after: loss) {
            case .success(let result): return result
            case .failure(let again):
                throw .deviceLost(
                    device: backend.hardware.name,
                    reason: "\(loss.reason); opened anew, it was lost again: \(again.reason)"
                )
            }
        }
    }

    /// A loss, and the number of the context that went with it; nil where there was none any more.
    private struct Loss: Error {
        let generation: Int?
        let reason: String
    }

    /// Holds nothing of a lost plan when it returns: its successor needs the memory.
    private func attempt(
        _ inputs: [HostTensor], _ outputs: Set<String>, after loss: Loss?
    ) throws(BackendError) -> Result<RunResult, Loss> {
        var generation: Int?
        do throws(BackendError) {
            let (prepared, current) = try replacement(for: loss?.generation)
            generation = current
            return .success(try prepared.run(inputs, outputs: outputs))
        } catch .deviceLost(_, let reason) {
            return .failure(Loss(generation: generation, reason: reason))
        }
    }

    /// The plan as it is prepared now, prepared anew if it is still the lost one. Several runs may see one loss.
    private func replacement(
        for lostGeneration: Int?
    ) throws(BackendError) -> (prepared: OpenCLPreparedPlan, generation: Int) {
        let result = current.withLock { current in
            Result { () throws(BackendError) in
                if let prepared = current.prepared, current.generation != lostGeneration {
                    return (prepared, current.generation)
                }
                current.prepared = nil
                backend.close(current.generation)
                let new = try backend.prepareOnce(plan, weights: weights)
                current = Current(prepared: new.prepared, generation: new.generation)
                return new
            }
        }
        return try result.get()
    }
}
