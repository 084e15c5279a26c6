import CPUBackend
import TensorCore
import TestSupport
import Testing

/// One operation through the production path: a plan of one node, with tensors before and behind every value in the
/// arena that must come out as they went in.
struct OneNode {
    let op: Op
    let inputs: [HostTensor]
    let weights: MemoryWeights

    /// Every kernel form that this machine can run.
    static let forms = KernelForm.available

    init(_ op: Op, _ inputs: [HostTensor], seed: UInt64 = 1, weightRange: ClosedRange<Float> = -1...1) {
        self.op = op
        self.inputs = inputs
        weights = MemoryWeights(for: op.weights, seed: seed, in: weightRange)
    }

    /// The output. With `keepsInputs` the inputs are outputs too; without, the output takes over the memory of a
    /// residual.
    func run(form: KernelForm, threadCount: Int = 2, keepsInputs: Bool = true) throws -> [Float] {
        var graph = Graph()
        let values = inputs.map { input in graph.input(input.dataType == .uint8 ? .photograph : .tensor(input.shape)) }
        let greatest = inputs.map(\.shape.elementCount).max() ?? 0
        let output = graph.append(op, values, scope: "test", stage: .decoder)
        let guards = [max(greatest, graph.shape(output).elementCount) + 16, 16].map { count in
            HostTensor(shape: [count], float32: (0..<count).map { Float($0) + 0.25 })
        }
        graph.outputs = [("result", output)]
        for (index, band) in guards.enumerated() {
            graph.outputs.append(("guard \(index)", graph.input(.tensor(band.shape))))
        }
        let tensors = zip(inputs, values).filter { keepsInputs && $0.0.dataType == .float32 }
        for (index, (_, value)) in tensors.enumerated() { graph.outputs.append(("input \(index)", value)) }

        let backend = CPUBackend(threadCount: threadCount, kernelForm: form)
        let prepared = try backend.prepare(Plan(graph), weights: weights)
        let result = try prepared.run(inputs + guards)
        for (index, band) in guards.enumerated() {
            #expect(result.outputs["guard \(index)"] == band, "wrote outside the output")
        }
        for (index, (input, _)) in tensors.enumerated() {
            #expect(isSame(result.outputs["input \(index)"]?.float32, input.float32), "wrote to an input")
        }
        return try #require(result.outputs["result"]?.float32)
    }

    func reference() throws -> [Double] {
        try Reference.evaluate(op, inputs.map(Reference.Tensor.init), weights: weights).values
    }

    /// Compares every kernel form with the reference, with the residuals kept and taken over.
    func check(absolute: Double, relative: Double = 0, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let expected = try reference()
        for form in Self.forms {
            for keepsInputs in [true, false] {
                let actual = try run(form: form, keepsInputs: keepsInputs)
                expectClose(
                    actual, expected, absolute: absolute, relative: relative, "\(op.name) \(form.rawValue)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    private func isSame(_ left: [Float]?, _ right: [Float]?) -> Bool {
        left?.map(\.bitPattern) == right?.map(\.bitPattern)
    }
}

/// An epilogue of every part that `parts` names, its weights under fixed names.
func epilogue(
    channels: Int, bias: Bool = false, activation: Epilogue.Activation = .none, scale: Bool = false, residuals: Int = 0
) -> Epilogue {
    Epilogue(
        bias: bias ? .tensor("bias", [channels]) : nil, activation: activation,
        layerScale: scale ? .tensor("scale", [channels]) : nil, residualCount: residuals)
}
