import Synchronization
import TensorCore

/// A prepared plan that survives the loss of its device once in each run: the context is opened anew, weights are
/// uploaded again, and the run is repeated. A second loss is an error.
final class RecoveringPlan: PreparedPlan {
    let plan: Plan
    private let backend: OpenCLBackend
    private let weights: any WeightSource
    /// Nil after a loss from which the device did not come back; the next run tries again.
    private let current: Mutex<OpenCLPreparedPlan?>

    init(_ plan: Plan, weights: any WeightSource, on backend: OpenCLBackend) throws(BackendError) {
        self.plan = plan
        self.weights = weights
        self.backend = backend
        do {
            current = Mutex(try backend.prepareOnce(plan, weights: weights))
        } catch .deviceLost {
            backend.close()
            current = Mutex(try backend.prepareOnce(plan, weights: weights))
        }
    }

    func run(_ inputs: [HostTensor], outputs: Set<String>) throws(BackendError) -> RunResult {
        let prepared = try replacement(for: nil)
        do {
            return try prepared.run(inputs, outputs: outputs)
        } catch .deviceLost(let device, let reason) {
            do throws(BackendError) {
                return try replacement(for: prepared).run(inputs, outputs: outputs)
            } catch {
                throw .deviceLost(device: device, reason: "\(reason); opened anew, \(error)")
            }
        }
    }

    /// The plan as it is prepared now, prepared anew if it is still the `lost` one. Several runs may see one loss.
    private func replacement(for lost: OpenCLPreparedPlan?) throws(BackendError) -> OpenCLPreparedPlan {
        let result = current.withLock { current in
            Result { () throws(BackendError) in
                if let current, current !== lost { return current }
                // Released before the new one, which needs the memory.
                current = nil
                backend.close()
                let new = try backend.prepareOnce(plan, weights: weights)
                current = new
                return new
            }
        }
        return try result.get()
    }
}
