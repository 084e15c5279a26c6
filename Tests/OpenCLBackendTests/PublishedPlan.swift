import Models
import TensorCore

extension Plan {
    /// The published network with all patches of a photograph in one micro-batch.
    static func published(elementByteCount: Int) throws -> Plan {
        let large = VisionTransformerConfiguration(width: 1024, blockCount: 24, headCount: 16, hiddenWidth: 4096)
        let published = DepthProConfiguration(
            patchSide: 384, patchEncoder: large, imageEncoder: large, fieldOfViewEncoder: large, hookBlocks: [5, 11],
            latentWidths: [256, 256], pyramidWidths: [512, 1024, 1024], fusionWidth: 256)
        return Plan(
            try DepthPro(published).graph(microBatch: 35).fused(), elementByteCount: elementByteCount,
            joinsSteps: true)
    }
}
