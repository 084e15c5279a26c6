import CPUBackend
import Machine
import TensorCore
import TestSupport
import Testing

@Suite struct PreparedPlanTests {
    private static func linear(_ name: String, _ outputs: Int, _ inputs: Int) -> Op {
        .linear(Linear(weight: .tensor(name, [outputs, inputs]), epilogue: Epilogue()))
    }

    private func plan() -> Plan {
        var graph = Graph()
        let x = graph.input(.tensor([1, 2, 3]))
        let photograph = graph.input(.photograph)
        let image = graph.append(
            .prepareImage(PrepareImage(side: 4)), [photograph], scope: "image", stage: .prepare)
        let y = graph.append(Self.linear("first", 5, 3), [x], scope: "first", stage: .encoders)
        let z = graph.append(Self.linear("second", 2, 5), [y], scope: "second", stage: .decoder)
        graph.outputs = [("y", y), ("z", z), ("image", image)]
        return Plan(graph)
    }

    private let x = HostTensor(shape: [1, 2, 3], float32: [1, 2, 3, 4, 5, 6])
    private let photograph = HostTensor(shape: [1, 2, 3], uint8: [0, 1, 2, 3, 4, 5])

    @Test func runsOnlyWhatTheOutputsNeed() throws {
        let prepared = try CPUBackend(threadCount: 1).prepare(
            plan(), weights: MemoryWeights(for: plan().weights, seed: 1))
        let result = try prepared.run([x, photograph], outputs: ["y"])
        #expect(Array(result.outputs.keys) == ["y"])
        for (node, seconds) in zip(prepared.plan.nodes, result.nodeSeconds) {
            #expect((seconds > 0) == (node.scope == "first"))
        }
        let all = try prepared.run([x, photograph])
        #expect(all.outputs["y"] == result.outputs["y"])
        #expect(all.outputs.count == 3 && all.nodeSeconds.count == 3)
    }

    @Test func tellsItsMemoryWithoutWeights() {
        var graph = Graph()
        let x = graph.input(.tensor([1, 64, 64, 128]))
        let conv = Conv2D(weight: .tensor("conv", [128, 3, 3, 128]), stride: 1, padding: 1, epilogue: Epilogue())
        graph.outputs = [("y", graph.append(.conv2D(conv), [x], scope: "conv", stage: .decoder))]
        let plan = Plan(graph)
        let least = MemoryNeed(of: plan)
        #expect(least.weightByteCount == 4 * 9 * 128 * 128 && least.activationByteCount == plan.memory.byteCount)
        for form in KernelForm.available {
            let needs = [1, 3].map { CPUBackend(threadCount: $0, kernelForm: form).memoryNeed(of: plan) }
            // Winograd F(4 x 4, 3 x 3) keeps 36 numbers of every 9.
            #expect(needs[0].weightByteCount >= 4 * least.weightByteCount)
            #expect(needs[1].weightByteCount == needs[0].weightByteCount)
            #expect(needs[0].activationByteCount == plan.memory.byteCount)
            #expect(needs[0].scratchByteCount > 0 && needs[1].scratchByteCount == 3 * needs[0].scratchByteCount)
        }
    }

    @Test func refusesWhatTheProcessMayNeverHold() throws {
        let weights = MemoryWeights(for: plan().weights, seed: 1)
        let need = CPUBackend(threadCount: 1).memoryNeed(of: plan()).byteCount
        let backend = { CPUBackend(threadCount: 1, memory: HostMemory(limitByteCount: $0)) }
        for limit in [need, nil] { _ = try backend(limit).prepare(plan(), weights: weights) }
        let error = #expect(throws: BackendError.self) { try backend(need - 1).prepare(plan(), weights: weights) }
        let text = error.map { "\($0)" } ?? ""
        for words in ["cpu has too little memory", "\(need) bytes are needed", "this process may have \(need - 1)"] {
            #expect(text.contains(words), "\(text)")
        }
    }

    @Test func refusesWrongInputs() throws {
        let prepared = try CPUBackend(threadCount: 1).prepare(
            plan(), weights: MemoryWeights(for: plan().weights, seed: 1))
        #expect(throws: BackendError.inputCount(expected: 2, found: 1)) { try prepared.run([x]) }
        #expect(throws: BackendError.unknownOutput("w")) { try prepared.run([x, photograph], outputs: ["w", "y"]) }
        #expect(throws: BackendError.self) { try prepared.run([photograph, x]) }
        #expect(throws: BackendError.self) {
            try prepared.run([HostTensor(shape: [1, 3, 2], float32: [1, 2, 3, 4, 5, 6]), photograph])
        }
        #expect(throws: BackendError.self) {
            try prepared.run([x, HostTensor(shape: [0, 4, 3], uint8: [])])
        }
    }

    @Test func refusesWrongWeights() {
        let backend = CPUBackend(threadCount: 2)
        let missing = MemoryWeights(["first": HostTensor(shape: [5, 3], float32: .init(repeating: 0, count: 15))])
        #expect(throws: BackendError.weights(.missing("second"))) { try backend.prepare(plan(), weights: missing) }
        let misshapen = MemoryWeights([
            "first": HostTensor(shape: [3, 5], float32: .init(repeating: 0, count: 15)),
            "second": HostTensor(shape: [2, 5], float32: .init(repeating: 0, count: 10)),
        ])
        #expect(throws: BackendError.weights(.shapeMismatch(name: "first", expected: [5, 3], found: [3, 5]))) {
            try backend.prepare(plan(), weights: misshapen)
        }
    }

    @Test func reportsTheFirstUnreadableWeight() {
        struct Damaged: WeightSource {
            let tensors: [String: TensorDescription]
            func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
                throw .notFinite(name: name, index: 0)
            }
            func releaseMemory() {}
        }
        let source = Damaged(tensors: MemoryWeights(for: plan().weights, seed: 1).tensors)
        #expect(throws: BackendError.weights(.notFinite(name: "first", index: 0))) {
            try CPUBackend(threadCount: 3).prepare(plan(), weights: source)
        }
    }

    @Test func evaluatesWeightExpressions() throws {
        let product = Weight.product(.tensor("a", [4, 6]), .permuted(.tensor("b", [3, 6, 5]), axes: [0, 1, 2]))
        let weight = Weight.reshaped(.columns(product, 1..<4), [12, 3])
        let op = Linear(weight: weight, epilogue: Epilogue(bias: .reshaped(.tensor("c", [3, 4]), [12])))
        var generator = SeededGenerator(seed: 9)
        // The sums of a product of weights are not numbers of bfloat16: rounding them is an error of their own.
        try OneNode(.linear(op), [generator.tensor([1, 7, 3])])
            .check(absolute: 2e-6, bfloat16Error: 0x1p-9 * 6 * 3)
    }

    @Test func refusesAnArenaBeyondTheMachine() {
        var graph = Graph()
        let x = graph.input(.tensor([1 << 25, 1 << 25, 1]))
        let y = graph.append(Self.linear("w", 1, 1), [x], scope: "w", stage: .decoder)
        graph.outputs = [("y", y)]
        let plan = Plan(graph)
        #expect(throws: BackendError.outOfMemory(byteCount: plan.memory.byteCount, purpose: "activations")) {
            try CPUBackend(threadCount: 1, memory: HostMemory(limitByteCount: nil)).prepare(
                plan, weights: MemoryWeights(for: plan.weights, seed: 1))
        }
    }

    @Test(arguments: OneNode.forms) func selfTestPasses(form: KernelForm) {
        let result = CPUBackend(threadCount: 2, kernelForm: form).selfTest()
        #expect(result.passed, "\(result.detail)")
    }

    /// A result whose first element is far off and whose second is no number.
    private struct Spoiled: PreparedPlan {
        let prepared: any PreparedPlan
        var plan: Plan { prepared.plan }

        func run(_ inputs: [HostTensor], outputs: Set<String>) throws(BackendError) -> RunResult {
            let result = try prepared.run(inputs, outputs: outputs)
            let spoiled = result.outputs.mapValues { tensor in
                var values = tensor.float32 ?? []
                values[0] += 1000
                values[1] = .nan
                return HostTensor(shape: tensor.shape, float32: values)
            }
            return RunResult(outputs: spoiled, nodeSeconds: [], nodeStarts: [])
        }
    }

    @Test("a NaN among known answers hides nothing, nor is it right")
    func spoiledAnswers() {
        let backend = CPUBackend(threadCount: 1)
        for answer in KnownAnswer.all {
            let result = SelfTestResult([answer]) { plan, weights throws(BackendError) in
                Spoiled(prepared: try backend.prepare(plan, weights: weights))
            }
            #expect(!result.passed, "\(result.detail)")
        }
    }

    /// What a kernel does that takes one tap, channel or output for another: a known answer that does not see it proves
    /// little.
    private struct ReversedWeights: WeightSource {
        let answer: KnownAnswer
        let name: String
        let axis: Int
        var tensors: [String: TensorDescription] { answer.tensors }

        func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
            try answer.read(name, into: &destination)
            guard name == self.name, let dimensions = tensors[name]?.shape.dimensions else { return }
            let inner = dimensions[(axis + 1)...].reduce(1, *), count = dimensions[axis]
            let elements = destination.indices.map { destination[$0] }
            for index in elements.indices {
                let place = index / inner % count
                destination[index] = elements[index + (count - 1 - 2 * place) * inner]
            }
        }

        func releaseMemory() {}
    }

    @Test("known answers tell every axis of every weight from its mirror image", arguments: KnownAnswer.Family.allCases)
    func mirroredWeights(_ family: KnownAnswer.Family) {
        let backend = CPUBackend(threadCount: 1)
        for answer in KnownAnswer.all where answer.family == family {
            for (name, tensor) in answer.tensors {
                for axis in tensor.shape.dimensions.indices {
                    let result = SelfTestResult([answer]) { plan, _ throws(BackendError) in
                        try backend.prepare(plan, weights: ReversedWeights(answer: answer, name: name, axis: axis))
                    }
                    #expect(!result.passed, "\(answer.name), \(name), axis \(axis)")
                }
            }
        }
    }

    @Test func describesTheMachine() {
        let device = CPUBackend(threadCount: 3).device
        #expect(device.name == "cpu" && !device.model.isEmpty)
        let properties = Dictionary(uniqueKeysWithValues: device.properties.map { ($0.name, $0.value) })
        #expect(properties["threads"] == "3")
        #expect(properties["kernels"] == KernelForm.best.rawValue)
    }
}
