import CPUBackend
import Foundation
import Models
import TensorCore
import TestSupport
import Testing
import Weights

/// Every stage of the network against transformers in float64, on random weights.
@Suite("Depth Pro, stage by stage", .serialized)
struct DepthProStageTests {
    static let fixtures = ["narrow-11", "narrow-12", "wide-21", "mini"].map(Fixture.init)

    /// The oracle's name of a tensor, and which node makes it: the module, and its place among the module's nodes.
    static let stages: [(name: String, scope: String, index: Int)] = [
        ("input", "pyramid", 0),
        ("patch_hook5", "encoder.patch_encoder.blocks.5.mlp.fc2", 0),
        ("patch_hook11", "encoder.patch_encoder.blocks.11.mlp.fc2", 0),
        ("patch_tokens", "encoder.patch_encoder.norm", 0),
        ("image_tokens", "encoder.image_encoder.norm", 0),
        ("merged_latent0", "encoder.merge", 0), ("merged_latent1", "encoder.merge", 1),
        ("merged_x0", "encoder.merge", 2), ("merged_x1", "encoder.merge", 3), ("merged_x2", "encoder.merge", 4),
        ("upsampled_x2", "encoder.upsample2.1", 0), ("upsampled_image", "encoder.upsample_lowres", 0),
        ("level0", "encoder.upsample_latent0.3", 0), ("level1", "encoder.upsample_latent1.2", 0),
        ("level2", "encoder.upsample0.1", 0), ("level3", "encoder.upsample1.1", 0),
        ("level4", "encoder.fuse_lowres", 1), ("low", "decoder.convs.4", 0),
        ("fusion4", "decoder.fusions.4.out_conv", 0), ("fusion3", "decoder.fusions.3.out_conv", 0),
        ("fusion2", "decoder.fusions.2.out_conv", 0), ("fusion1", "decoder.fusions.1.out_conv", 0),
        ("fusion0", "decoder.fusions.0.out_conv", 0), ("canonical_inverse_depth", "head.4", 0),
        ("fov_tokens", "fov.encoder.0.norm", 0), ("fov_projected", "fov.encoder", 0),
        ("fov_head0", "fov.head.0", 0), ("fov_head1", "fov.head.2", 0),
    ]

    @Test("equals the reference within 1e-4 of each tensor's maximum", arguments: fixtures)
    func stages(fixture: Fixture) throws {
        let checkpoint = try Checkpoint(path: fixture.folder.path)
        var graph = try DepthPro(checkpoint).graph(microBatch: 35)
        for stage in Self.stages {
            let nodes = graph.nodes.filter { $0.scope == stage.scope }
            let node = try #require(nodes.count > stage.index ? nodes[stage.index] : nil, "no \(stage.scope)")
            graph.outputs.append((stage.name, node.output))
        }
        let result = try CPUBackend(threadCount: nil).prepare(Plan(graph), weights: checkpoint.weights)
            .run([try fixture.photograph()])
        for stage in Self.stages {
            let expected = try fixture.array(stage.name)
            let actual = try #require(result.outputs[stage.name])
            let values = sample(try #require(actual.float32), shape: actual.shape.dimensions, like: expected.shape)
            expectWithin(1e-4, of: expected.values, values, "\(fixture) \(stage.name)")
        }
        let degrees = try #require(result.outputs[DepthPro.fieldOfViewName(image: 0)]?.float32?.first)
        #expect(abs(Double(degrees) - Double(try fixture.array("field_of_view").values[0])) <= 1e-3)
    }

    @Test("gives the same with the fused graph", arguments: fixtures)
    func fused(fixture: Fixture) throws {
        let checkpoint = try Checkpoint(path: fixture.folder.path)
        let graph = try DepthPro(checkpoint).graph(microBatch: 5).fused()
        let result = try CPUBackend(threadCount: nil).prepare(Plan(graph), weights: checkpoint.weights)
            .run([try fixture.photograph()])
        let depth = try #require(result.outputs[DepthPro.inverseDepthName(image: 0)]?.float32)
        expectWithin(1e-4, of: try fixture.array("canonical_inverse_depth").values, depth, "\(fixture)")
        let degrees = try #require(result.outputs[DepthPro.fieldOfViewName(image: 0)]?.float32?.first)
        #expect(abs(Double(degrees) - Double(try fixture.array("field_of_view").values[0])) <= 1e-3)
    }

    /// The mean error of canonical inverse depth over its mean that an arithmetic may have at full size.
    static let shares: [(arithmetic: Arithmetic, share: Double)] = [(.bfloat16, 1e-2), (.int8, 3e-2)]

    @Test("stays close to the reference in 16 and 8 bits", arguments: fixtures, shares)
    func reducedPrecision(fixture: Fixture, limit: (arithmetic: Arithmetic, share: Double)) throws {
        let checkpoint = try Checkpoint(path: fixture.folder.path)
        let graph = try DepthPro(checkpoint).graph(microBatch: 5).fused()
        let result = try CPUBackend(threadCount: nil, arithmetic: limit.arithmetic)
            .prepare(Plan(graph, arithmetic: limit.arithmetic), weights: checkpoint.weights)
            .run([try fixture.photograph()])
        let depth = try #require(result.outputs[DepthPro.inverseDepthName(image: 0)]?.float32)
        let expected = try fixture.array("canonical_inverse_depth").values
        #expect(depth.count == expected.count)
        let error = zip(depth, expected).reduce(0) { $0 + Double(abs($1.0 - $1.1)) }
        let share = error / expected.reduce(0) { $0 + Double($1) }
        #expect(share <= limit.share, "\(fixture) \(limit.arithmetic): \(share)")
    }
}

extension Fixture {
    func photograph() throws -> HostTensor {
        let photo = try array("photo")
        return HostTensor(shape: Shape(photo.shape), uint8: photo.values.map { UInt8($0) })
    }
}

/// The elements that the oracle kept of a tensor: all, the first crops, or every seventh row and column and the last.
/// Leading axes of one image are dropped.
private func sample(_ values: [Float], shape: [Int], like kept: [Int]) -> [Float] {
    let map = Array(shape.drop { $0 == 1 })
    let wanted = Array(kept.drop { $0 == 1 })
    if map.reduce(1, *) == wanted.reduce(1, *) { return values }
    if map.dropFirst() == wanted.dropFirst() { return Array(values.prefix(wanted.reduce(1, *))) }
    let (rows, columns, channels) = (map[0], map[1], map[2])
    func positions(_ count: Int) -> [Int] {
        Array(stride(from: 0, to: count, by: 7)) + ((count - 1) % 7 == 0 ? [] : [count - 1])
    }
    return positions(rows).flatMap { row in
        positions(columns).flatMap { column in
            values[((row * columns + column) * channels)..<((row * columns + column + 1) * channels)]
        }
    }
}

/// Every element within `share` of the reference's largest; NaN is never within.
private func expectWithin(
    _ share: Double, of expected: [Float], _ actual: [Float], _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record("\(name): \(actual.count) elements, want \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    let limit = share * Double(expected.map { abs($0) }.max() ?? 0)
    var worst = 0.0
    for (a, e) in zip(actual, expected) {
        let error = abs(Double(a) - Double(e))
        if !(error <= limit) {
            Issue.record("\(name): got \(a), want \(e), limit \(limit)", sourceLocation: sourceLocation)
            return
        }
        worst = max(worst, error)
    }
}
