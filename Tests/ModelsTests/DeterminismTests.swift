import CPUBackend
import Foundation
import Models
import TensorCore
import TestSupport
import Testing
import Weights

/// The same answer, bit for bit, however the work is cut.
@Suite("determinism", .serialized)
struct DeterminismTests {
    private static func outputs(
        _ fixture: Fixture, imageCount: Int = 1, microBatch: Int = 5, threadCount: Int = 2,
        path: String? = nil, arithmetic: Arithmetic = .float32
    ) throws -> [[Float]] {
        let checkpoint = try Checkpoint(path: path ?? fixture.folder.path)
        let graph = try DepthPro(checkpoint).graph(imageCount: imageCount, microBatch: microBatch).fused()
        let prepared = try CPUBackend(threadCount: threadCount, arithmetic: arithmetic)
            .prepare(Plan(graph, arithmetic: arithmetic), weights: checkpoint.weights)
        let photograph = try fixture.photograph()
        let result = try prepared.run([HostTensor](repeating: photograph, count: imageCount))
        return try (0..<imageCount).map { image in
            let depth = try #require(result.outputs[DepthPro.inverseDepthName(image: image)]?.float32)
            let degrees = try #require(result.outputs[DepthPro.fieldOfViewName(image: image)]?.float32)
            return depth + degrees
        }
    }

    @Test("any micro-batch", arguments: [1, 4, 35])
    func microBatches(microBatch: Int) throws {
        let fixture = Fixture("mini")
        #expect(try Self.outputs(fixture, microBatch: microBatch) == Self.outputs(fixture))
    }

    @Test("any number of threads", arguments: [1, 3, 5])
    func threads(threadCount: Int) throws {
        let fixture = Fixture("mini")
        #expect(try Self.outputs(fixture, threadCount: threadCount) == Self.outputs(fixture))
    }

    @Test("in every arithmetic", arguments: [Arithmetic.bfloat16, .int8])
    func arithmetics(arithmetic: Arithmetic) throws {
        let fixture = Fixture("mini")
        let expected = try Self.outputs(fixture, arithmetic: arithmetic)
        #expect(try Self.outputs(fixture, microBatch: 3, threadCount: 1, arithmetic: arithmetic) == expected)
        let pair = try Self.outputs(fixture, imageCount: 2, microBatch: 8, threadCount: 3, arithmetic: arithmetic)
        #expect(pair == [expected[0], expected[0]])
    }

    @Test("one image or many", arguments: [2, 3])
    func images(imageCount: Int) throws {
        let fixture = Fixture("mini")
        let single = try Self.outputs(fixture)[0]
        for output in try Self.outputs(fixture, imageCount: imageCount, microBatch: 8) { #expect(output == single) }
    }

    @Test("the published geometry", arguments: [(1, 1), (7, 3)])
    func publishedGeometry(microBatch: Int, threadCount: Int) throws {
        let fixture = Fixture("narrow-12")
        #expect(
            try Self.outputs(fixture, microBatch: microBatch, threadCount: threadCount) == Self.outputs(fixture))
    }

    @Test(
        "Hugging Face's and Apple's files of the same weights",
        arguments: ["narrow-11", "wide-21", "mini", "mini-bf16"])
    func layouts(name: String) throws {
        let fixture = Fixture(name)
        #expect(try Self.outputs(fixture, path: fixture.path("depth_pro.pt")) == Self.outputs(fixture))
    }

    @Test("run after run of one prepared plan")
    func repeated() throws {
        let fixture = Fixture("mini")
        let checkpoint = try Checkpoint(path: fixture.folder.path)
        let prepared = try CPUBackend(threadCount: nil)
            .prepare(Plan(try DepthPro(checkpoint).graph(microBatch: 5).fused()), weights: checkpoint.weights)
        let other = HostTensor(shape: [2, 3, 3], uint8: [UInt8](repeating: 200, count: 18))
        let first = try prepared.run([try fixture.photograph()]).outputs
        _ = try prepared.run([other])
        #expect(try prepared.run([try fixture.photograph()]).outputs == first)
    }

    @Test("an output asked for alone")
    func partial() throws {
        let fixture = Fixture("mini")
        let checkpoint = try Checkpoint(path: fixture.folder.path)
        let plan = Plan(try DepthPro(checkpoint).graph(microBatch: 5).fused())
        let prepared = try CPUBackend(threadCount: nil).prepare(plan, weights: checkpoint.weights)
        let name = DepthPro.inverseDepthName(image: 0)
        let alone = try prepared.run([try fixture.photograph()], outputs: [name])
        #expect(alone.outputs.keys.sorted() == [name])
        #expect(try alone.outputs[name] == prepared.run([try fixture.photograph()]).outputs[name])
        for (node, seconds) in zip(plan.nodes, alone.nodeSeconds) where node.scope.hasPrefix("fov.") {
            #expect(seconds == 0, "\(node.scope) ran")
        }
    }
}
