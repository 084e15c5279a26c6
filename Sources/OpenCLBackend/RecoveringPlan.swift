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
        var lost: (generation: Int, reason: String)?
        do throws(BackendError) {
            let (prepared, generation) = try replacement(for: nil)
            lost = (generation, "")
            return try prepared.run(inputs, outputs: outputs)
        } catch .deviceLost(_, let reason) where lost != nil {
            lost?.reason = reason
        }
        // The lost plan is no longer held here: the new one needs its memory.
        do throws(BackendError) {
            return try replacement(for: lost?.generation).prepared.run(inputs, outputs: outputs)
        } catch .deviceLost(let device, let reason) {
            throw .deviceLost(
                device: device, reason: "\(lost?.reason ?? ""); opened anew, it was lost again: \(reason)")
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
