import CPUBackend
import Models
import TensorCore
import Testing

@Suite("Kernels of a plan by themselves")
struct KernelCaseTests {
    private static let graph: Graph = {
        let encoder = VisionTransformerConfiguration(
            width: 64, blockCount: 12, headCount: 1, hiddenWidth: 96, tokenSide: 16)
        let configuration = DepthProConfiguration(
            patchSide: 128, patchEncoder: encoder, imageEncoder: encoder, fieldOfViewEncoder: encoder,
            hookBlocks: [5, 11], latentWidths: [8, 8], pyramidWidths: [8, 8, 8], fusionWidth: 8)
        do { return try DepthPro(configuration).graph(microBatch: 5).fused() } catch { fatalError("\(error)") }
    }()

    @Test("every node of the plan is in one of them, and nothing is there twice", arguments: [false, true])
    func complete(joinsSteps: Bool) {
        let plan = Plan(Self.graph, joinsSteps: joinsSteps)
        let cases = KernelCase.all(of: plan)
        #expect(cases.reduce(0) { $0 + $1.callCount } == plan.steps.count)
        let keys = cases.map { "\($0.name) \($0.operation) \($0.shape)" }
        #expect(Set(keys).count == keys.count, "\(keys)")
        #expect(Set(cases.map(\.operation)) == Set(plan.nodes.map(\.op.name)))
        #expect(cases.contains { $0.shape.hasSuffix(", 3 together") } == joinsSteps)
    }

    @Test(
        "together they cost what the plan costs",
        arguments: [(DataType.float16, false), (.float32, false), (.float32, true)])
    func cost(storage: DataType, joinsSteps: Bool) {
        let wide = storage == .float16 ? Self.graph.wideValues : []
        let plan = Plan(
            Self.graph, storage: storage, wideValues: wide, joinsSteps: joinsSteps)
        let sum = KernelCase.all(of: plan).reduce(Cost()) { sum, one in
            let alone = one.plan(of: one.problem)
            #expect(alone.steps.count == 1)
            return sum
                + Cost(
                    flopCount: one.callCount * alone.cost.flopCount, byteCount: one.callCount * alone.cost.byteCount)
        }
        #expect(sum == plan.cost)
    }

    @Test("a problem computes the same on every run, and an error in its result is seen")
    func problem() throws {
        let plan = Plan(Self.graph, joinsSteps: true)
        let backend = CPUBackend(threadCount: 1)
        for one in KernelCase.all(of: plan) where one.shape.hasSuffix(", 3 together") {
            let problem = one.problem
            let prepared = try backend.prepare(one.plan(of: problem), weights: problem)
            let result = try prepared.run(problem.arguments)
            #expect(problem.fault(try prepared.run(problem.arguments), expected: result, tolerance: 0) == nil)
            for (value, words) in [(Float.nan, "off by nan"), (1e9, "off by")] {
                var outputs = result.outputs
                // The last of the three: none may be passed over.
                let tensor = try #require(outputs["result 2"])
                var elements = try #require(tensor.float32)
                elements[elements.count - 1] = value
                outputs["result 2"] = HostTensor(shape: tensor.shape, float32: elements)
                let wrong = RunResult(outputs: outputs, nodeSeconds: [], nodeStarts: [])
                let fault = problem.fault(wrong, expected: result, tolerance: 1)
                #expect(fault?.contains(words) == true, "\(one.name): \(fault ?? "no fault")")
            }
            let nothing = RunResult(outputs: [:], nodeSeconds: [], nodeStarts: [])
            #expect(problem.fault(nothing, expected: result, tolerance: 1)?.contains("wrong size") == true)
        }
    }
}
