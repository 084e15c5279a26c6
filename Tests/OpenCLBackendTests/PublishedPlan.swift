import Models
import TensorCore

extension Plan {
    /// The published network with all patches of a photograph in one micro-batch.
    static func published(storage: DataType) throws -> Plan {
        let graph = try DepthPro(.published).graph(microBatch: 35).fused()
        return Plan(graph, storage: storage, wideValues: graph.wideResults, joinsSteps: true)
    }
}
