import Models
import TensorCore

extension Plan {
    /// The published network with all patches of a photograph in one micro-batch.
    static func published(elementByteCount: Int) throws -> Plan {
        return Plan(
            try DepthPro(.published).graph(microBatch: 35).fused(), elementByteCount: elementByteCount,
            joinsSteps: true)
    }
}
