import Models
import TensorCore
import Weights

/// A checkpoint that was opened and understood; its weights are not read yet.
struct LoadedModel {
    let path: String
    let name: String
    let network: DepthPro
    let weights: any WeightSource

    /// - Throws: ``FathomError`` when the checkpoint cannot be opened or is not a Depth Pro.
    init(_ path: String) throws(FathomError) {
        let checkpoint = try FathomError.wrapping(.unreadableModel) { () throws(CheckpointError) in
            try Checkpoint(path: path)
        }
        self.path = path
        name = checkpoint.name
        weights = checkpoint.weights
        do { network = try DepthPro(checkpoint) } catch { throw FathomError(.unreadableModel, "\(path): \(error)") }
    }

    /// The plan for one photograph, whose crops go through the encoders `microBatch` at a time.
    func plan(_ options: DepthEstimator.Options, microBatch: Int) -> Plan {
        let graph = network.graph(microBatch: microBatch)
        return Plan(
            options.fusesOperations ? graph.fused() : graph, elementByteCount: options.precision.elementByteCount)
    }

    /// Plans and prepares for a device. When the plan does not fit, fewer crops go through the encoders together.
    ///
    /// - Throws: ``FathomError`` when the checkpoint does not fit the network, or the smallest plan the device.
    func prepare(
        _ options: DepthEstimator.Options, on device: ChosenDevice
    ) throws(FathomError) -> any PreparedPlan {
        var microBatch = min(options.microBatch ?? device.microBatch, Self.largestMicroBatch)
        while true {
            let plan = plan(options, microBatch: microBatch)
            try checkWeights(of: plan)
            do throws(BackendError) {
                return try device.backend.prepare(plan, weights: weights)
            } catch .weights(let error) {
                throw FathomError(.unreadableModel, "\(path): \(error)")
            } catch .outOfDeviceMemory(let name, let reason) {
                guard microBatch == 1 else {
                    microBatch = (microBatch + 1) / 2
                    continue
                }
                throw FathomError(
                    .device,
                    "\(name) has too little memory even for one crop at a time: \(reason); choose --device cpu")
            } catch {
                throw FathomError(.device, "\(error)")
            }
        }
    }

    /// Crops of a photograph that one encoder sees: 25 + 9 + 1. More never go together.
    private static let largestMicroBatch = 35

    /// Checks every tensor's name and shape before anything is read.
    ///
    /// - Throws: ``FathomError`` naming the first tensor that is missing, misshapen or unknown.
    func checkWeights(of plan: Plan) throws(FathomError) {
        do throws(WeightError) {
            try plan.checkWeights(weights, isUnused: network.isUnusedTensor)
        } catch {
            throw FathomError(.unreadableModel, "\(path): \(error)")
        }
    }
}
