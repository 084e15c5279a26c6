import CPUBackend
import Foundation
import Models
import OpenCLBackend
import TensorCore
import TestSupport
import Testing
import Weights

/// Whole networks of small width: against the CPU's back end, and bit by bit against themselves.
@Suite("OpenCL Depth Pro", .serialized)
struct DepthProTests {
    /// Each device as users get it.
    private static let natural = TestTarget.all.filter { $0.form == KernelForm(for: $0.test.device) }

    private func outputs(
        _ fixture: Fixture, _ target: TestTarget, imageCount: Int = 1, microBatch: Int = 5,
        joinsSteps: Bool = true, context: OpenCLContext? = nil
    ) throws -> [[Float]] {
        let checkpoint = try Checkpoint(path: fixture.folder.path)
        let graph = try DepthPro(checkpoint).graph(imageCount: imageCount, microBatch: microBatch).fused()
        let prepared = try OpenCLPreparedPlan(
            Plan(graph, storage: target.storage, wideValues: graph.wideResults, joinsSteps: joinsSteps),
            weights: checkpoint.weights, on: try context ?? target.context(), limits: target.limits)
        let photographs = [HostTensor](repeating: try fixture.photographTensor(), count: imageCount)
        return try results(prepared.run(photographs), imageCount: imageCount)
    }

    private func results(_ result: RunResult, imageCount: Int) throws -> [[Float]] {
        try (0..<imageCount).map { image in
            let depth = try #require(result.outputs[DepthPro.inverseDepthName(image: image)]?.float32)
            return depth + (try #require(result.outputs[DepthPro.fieldOfViewName(image: image)]?.float32))
        }
    }

    private func check(_ fixture: Fixture, _ target: TestTarget) throws {
        let checkpoint = try Checkpoint(path: fixture.folder.path)
        try check(DepthPro(checkpoint), checkpoint.weights, fixture.photographTensor(), target)
    }

    private func check(
        _ network: DepthPro, _ weights: any WeightSource, _ photograph: HostTensor, _ target: TestTarget
    ) throws {
        let graph = network.graph(microBatch: 5).fused()
        let expected = try results(
            CPUBackend(threadCount: nil).prepare(Plan(graph), weights: weights).run([photograph]), imageCount: 1)[0]
        let plan = Plan(graph, storage: target.storage, wideValues: graph.wideResults, joinsSteps: true)
        let found = try results(target.prepare(plan, weights: weights).run([photograph]), imageCount: 1)[0]
        let depths = expected.count - 1
        let share = target.storage == .float32 ? 2e-4 : 20 * target.storage.greatestRounding
        let limit = share * Double(expected.prefix(depths).map(abs).max() ?? 0)
        expectClose(
            Array(found.prefix(depths)), expected.prefix(depths).map(Double.init), absolute: limit, "\(target) depth")
        // Degrees.
        expectClose(
            Array(found.suffix(1)), expected.suffix(1).map(Double.init), absolute: 60 * share, "\(target) field of view"
        )
    }

    @Test("The published geometry equals the CPU's", arguments: natural)
    func publishedGeometry(target: TestTarget) throws { try check(Fixture("narrow-11"), target) }

    /// What a GPU with a matrix unit runs: products on it, few columns beside it, queries scaled by weights, launches joined.
    /// PoCL would take ten minutes.
    @Test(
        "A whole network on an emulated matrix unit equals the CPU's",
        arguments: TestTarget.emulations.filter {
            $0.form == .emulation(.mma) && $0.test.device.platform.name != "Portable Computing Language"
        })
    func matrixUnit(target: TestTarget) throws {
        // Few blocks: emulation takes its time.
        let encoder = VisionTransformerConfiguration(width: 64, blockCount: 2, headCount: 1, hiddenWidth: 128)
        let network = try DepthPro(
            DepthProConfiguration(
                patchSide: 128, patchEncoder: encoder, imageEncoder: encoder, fieldOfViewEncoder: encoder,
                hookBlocks: [0, 1], latentWidths: [16, 16], pyramidWidths: [16, 16, 16], fusionWidth: 16))
        let weights = MemoryWeights(
            for: Plan(network.graph(microBatch: 5).fused()).weights, seed: 97, in: -0.15...0.15)
        try check(network, weights, Fixture("mini").photographTensor(), target)
    }

    @Test(
        "One photograph or three, any micro-batch, shared launches and a new start give the same bits",
        arguments: natural)
    func sameBits(target: TestTarget) throws {
        let fixture = Fixture("mini")
        let first = try outputs(fixture, target)[0]
        for output in try outputs(fixture, target, imageCount: 3, microBatch: 8) { #expect(output == first) }
        #expect(try outputs(fixture, target, microBatch: 35)[0] == first)
        #expect(try outputs(fixture, target, joinsSteps: false)[0] == first)
        let context = try OpenCLContext(target.test.device)
        #expect(try outputs(fixture, target, microBatch: 1, context: context)[0] == first)
    }

    @Test("One photograph or three of the published geometry give the same bits", arguments: natural)
    func sameBitsInFull(target: TestTarget) throws {
        let fixture = Fixture("narrow-11")
        let first = try outputs(fixture, target, microBatch: 35)[0]
        for output in try outputs(fixture, target, imageCount: 3, microBatch: 35) { #expect(output == first) }
    }
}

extension Fixture {
    fileprivate func photographTensor() throws -> HostTensor {
        let photo = try array("photo")
        return HostTensor(shape: Shape(photo.shape), uint8: photo.values.map { UInt8($0) })
    }
}
