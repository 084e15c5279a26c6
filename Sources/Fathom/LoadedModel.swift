import CPUBackend
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

    /// The plan for one photograph.
    func plan(_ options: DepthEstimator.Options) -> Plan {
        let graph = network.graph(microBatch: options.microBatch ?? Self.defaultMicroBatch)
        return Plan(
            options.fusesOperations ? graph.fused() : graph, arithmetic: options.precision.arithmetic)
    }

    /// Few enough crops that a layer's activations stay in a processor's last cache, enough that its weights are not
    /// streamed from memory for each crop.
    static let defaultMicroBatch = 5

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

extension Precision {
    /// What the processor's products multiply.
    var arithmetic: Arithmetic {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .int8: .int8
        }
    }
}
