import Models
import TensorCore
import Testing

@Suite("the cost of the published network")
struct DepthProCostTests {
    /// GFLOP by module, counted independently with PyTorch's FlopCounterMode on the reference.
    static let gigaflops: [(scope: String, expected: Double)] = [
        ("encoder.patch_encoder", 13_374.569), ("encoder.image_encoder", 382.131), ("fov.encoder.0", 382.131),
        ("encoder.upsample_latent0", 106.300), ("encoder.upsample_latent1", 28.991),
        ("encoder.upsample0", 28.991), ("encoder.upsample1", 24.159), ("encoder.upsample2", 6.040),
        ("encoder.upsample_lowres", 4.832), ("encoder.fuse_lowres", 9.664),
        ("decoder.convs.4", 10.872), ("decoder.fusions.4", 7.852), ("decoder.convs.3", 43.487),
        ("decoder.fusions.3", 53.150), ("decoder.convs.2", 86.973), ("decoder.fusions.2", 212.601),
        ("decoder.convs.1", 173.946), ("decoder.fusions.1", 850.404), ("decoder.fusions.0", 2_860.448),
        ("head", 599.299), ("", 19_247.352),
    ]

    @Test("equals the reference's, module by module", arguments: gigaflops)
    func matchesReference(scope: String, expected: Double) throws {
        let plan = Plan(try DepthPro(.published).graph(microBatch: 35))
        let flops = plan.nodes.filter { $0.scope.hasPrefix(scope) }.reduce(0) { $0 + plan.cost(of: $1).flopCount }
        #expect(abs(Double(flops) / 1e9 - expected) < 0.002)
    }

    @Test("does not depend on the micro-batch", arguments: [1, 4, 36])
    func ignoresMicroBatch(microBatch: Int) throws {
        let model = try DepthPro(.published)
        #expect(
            Plan(model.graph(microBatch: microBatch)).cost.flopCount
                == Plan(model.graph(microBatch: 35)).cost.flopCount)
    }

    @Test("has the published number of parameters in use")
    func parameterCount() throws {
        let plan = Plan(try DepthPro(.published).graph(microBatch: 35))
        let tensors = Dictionary(plan.weights.flatMap(\.tensors), uniquingKeysWith: { first, _ in first })
        let count = tensors.values.reduce(0) { $0 + $1.elementCount }
        // fusions.4.resnet1 is in the checkpoint and never used: two 3x3 convolutions of 256 channels.
        #expect(count + 2 * (256 * 256 * 9 + 256) == 951_991_330)
    }

    @Test("falls by the exact fusions")
    func fused() throws {
        let graph = try DepthPro(.published).graph(microBatch: 35)
        let plan = Plan(graph.fused())
        let saved = Double(Plan(graph).cost.flopCount - plan.cost.flopCount) / 1e9
        #expect(abs(saved - 510) < 10)
        #expect(!plan.nodes.contains { $0.op == .concatenate })
        #expect(plan.memory.byteCount < 2_600_000_000)
    }
}
