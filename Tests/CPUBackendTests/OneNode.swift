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

    /// A way to run an operation.
    struct Variant: Sendable, CustomTestStringConvertible {
        let form: KernelForm
        var arithmetic = Arithmetic.float32
        /// Whether inputs and output are stored as float32 in any arithmetic.
        var storesWide = true
        var testDescription: String {
            "\(form.rawValue) \(arithmetic.rawValue)\(storesWide ? "" : ", stored in it")"
        }
    }

    /// Every form with every arithmetic.
    static let variants = forms.flatMap { form in
        [Variant(form: form)]
            + [Arithmetic.bfloat16, .int8].flatMap { arithmetic in
                [true, false].map { Variant(form: form, arithmetic: arithmetic, storesWide: $0) }
            }
    }

    init(_ op: Op, _ inputs: [HostTensor], seed: UInt64 = 1, weightRange: ClosedRange<Float> = -1...1) {
        self.init(op, inputs, weights: MemoryWeights(for: op.weights, seed: seed, in: weightRange))
    }

    init(_ op: Op, _ inputs: [HostTensor], weights: MemoryWeights) {
        self.op = op
        self.inputs = inputs
        self.weights = weights
    }

    /// The same with inputs and weights that bfloat16 holds exactly.
    var roundedToBFloat16: OneNode {
        OneNode(op, inputs.map(\.roundedToBFloat16), weights: weights.mapped(\.roundedToBFloat16))
    }

    func run(form: KernelForm, threadCount: Int = 2, keepsInputs: Bool = true) throws -> [Float] {
        try run(Variant(form: form), threadCount: threadCount, keepsInputs: keepsInputs)
    }

    /// The output. With `keepsInputs` the inputs are outputs too; without, the output takes over the memory of a
    /// residual.
    func run(_ variant: Variant, threadCount: Int = 2, keepsInputs: Bool = true) throws -> [Float] {
        var graph = Graph()
        let values = inputs.map { input in graph.input(input.dataType == .uint8 ? .photograph : .tensor(input.shape)) }
        let greatest = inputs.map(\.shape.elementCount).max() ?? 0
        let output = graph.append(op, values, scope: "test", stage: .decoder)
        let needsWide = !graph.wideValues.isEmpty
        let guards = [max(greatest, graph.shape(output).elementCount) + 16, 16].map { count in
            HostTensor(shape: [count], float32: (0..<count).map { Float($0 % 32) + 0.25 })
        }
        graph.outputs = [("result", output)]
        for (index, band) in guards.enumerated() {
            graph.outputs.append(("guard \(index)", graph.input(.tensor(band.shape))))
        }
        let tensors = zip(inputs, values).filter { keepsInputs && $0.0.dataType == .float32 }
        for (index, (_, value)) in tensors.enumerated() { graph.outputs.append(("input \(index)", value)) }

        let backend = CPUBackend(
            threadCount: threadCount, kernelForm: variant.form, arithmetic: variant.arithmetic)
        let plan = Plan(
            graph, storage: variant.arithmetic.storage,
            wideValues: variant.storesWide || needsWide ? Set(values + [output]) : [])
        let prepared = try backend.prepare(plan, weights: weights)
        let result = try prepared.run(inputs + guards)
        for (index, band) in guards.enumerated() {
            #expect(result.outputs["guard \(index)"] == band, "wrote outside the output")
        }
        for (index, (input, _)) in tensors.enumerated() {
            let stored = variant.storesWide || variant.arithmetic == .float32 ? input : input.roundedToBFloat16
            #expect(isSame(result.outputs["input \(index)"]?.float32, stored.float32), "wrote to an input")
        }
        return try #require(result.outputs["result"]?.float32)
    }

    func reference() throws -> [Double] {
        try Reference.evaluate(op, inputs.map(Reference.Tensor.init), weights: weights).values
    }

    /// Compares every kernel form with the reference, with the residuals kept and taken over: in float32, and in
    /// bfloat16 with numbers that it holds exactly. There sums are float32 too, so that only `bfloat16Error` is added, for
    /// what an operation rounds on the way, and half a unit of the last place where the output is stored in it.
    func check(
        absolute: Double, relative: Double = 0, bfloat16Error: Double = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let expected = try reference()
        let rounded = roundedToBFloat16
        let expectedOfRounded = try rounded.reference()
        for variant in Self.variants where variant.arithmetic != .int8 {
            let isFloat32 = variant.arithmetic == .float32
            for keepsInputs in [true, false] {
                let actual = try (isFloat32 ? self : rounded).run(variant, keepsInputs: keepsInputs)
                expectClose(
                    actual, isFloat32 ? expected : expectedOfRounded,
                    absolute: absolute + (isFloat32 ? 0 : bfloat16Error),
                    relative: relative + (variant.storesWide ? 0 : 0x1p-8),
                    "\(op.name) \(variant.testDescription)", sourceLocation: sourceLocation)
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

extension HostTensor {
    /// The same with elements that bfloat16 holds exactly.
    var roundedToBFloat16: HostTensor {
        float32.map { HostTensor(shape: shape, float32: $0.map(\.roundedToBFloat16)) } ?? self
    }
}
