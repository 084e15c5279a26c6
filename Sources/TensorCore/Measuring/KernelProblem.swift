/// Operations that a plan runs side by side, taken out of it: with inputs and weights of their own, which float16 holds
/// exactly, so that every back end and precision computes from the same numbers. It is what a kernel is verified and
/// timed with.
package struct KernelProblem: WeightSource {
    /// An operation and the shapes of what it reads.
    package struct Member: Sendable, Hashable {
        package let op: Op
        package let inputs: [Shape]

        package init(_ op: Op, _ inputs: [Shape]) {
            self.op = op
            self.inputs = inputs
        }
    }

    /// Ends with the results of the members, in order.
    package let graph: Graph
    package let tensors: [String: TensorDescription]
    /// What each member reads and computes.
    package let operands: [(inputs: [Value], result: Value)]
    private let inputs: [HostTensor]
    private let guards: [HostTensor]
    private let values: [String: [Float]]

    /// - Parameters:
    ///   - members: whose weights may be of any kind; they get plain ones.
    ///   - isGuarded: whether known numbers lie around the results, which ``fault(_:expected:tolerance:)`` looks at. They
    ///     take as much memory as the greatest tensor.
    package init(_ members: [Member], isGuarded: Bool) {
        var generator = SplitMix64(seed: 0x5eed)
        var graph = Graph()
        var operands: [(inputs: [Value], result: Value)] = []
        var inputs: [HostTensor] = []
        var values: [String: [Float]] = [:]
        var tensors: [String: TensorDescription] = [:]
        for (index, member) in members.enumerated() {
            let op = member.op.withPlainWeights(prefix: "\(index).")
            let read = member.inputs.map { shape in
                inputs.append(generator.tensor(shape, for: op))
                return graph.input(inputs.last?.uint8 == nil ? .tensor(shape) : .photograph)
            }
            operands.append((read, graph.append(op, read, scope: "kernel", stage: .prepare)))
            let scale = op.scaleOfWeights
            for (name, shape) in op.weights.flatMap(\.tensors) {
                values[name] = generator.values(shape.elementCount, scale: name.hasSuffix(".weight") ? scale : 1)
                tensors[name] = TensorDescription(shape: shape, dataType: .float32)
            }
        }
        graph.outputs = operands.enumerated().map { ("result \($0)", $1.result) }
        // One guard is large enough that no value fits behind it in its place.
        let greatest = graph.shapes.map(\.elementCount).max() ?? 0
        guards = (isGuarded ? [greatest + 16, 16] : []).map { count in
            HostTensor(shape: [count], float32: (0..<count).map { Float($0 % 64) + 0.25 })
        }
        for (index, band) in guards.enumerated() {
            graph.outputs.append(("guard \(index)", graph.input(.tensor(band.shape))))
        }
        (self.graph, self.operands, self.inputs) = (graph, operands, inputs)
        (self.values, self.tensors) = (values, tensors)
    }

    /// Floating-point operations of a run.
    package var flopCount: Int { Plan(graph).cost.flopCount }

    /// What a prepared plan of the graph takes.
    package var arguments: [HostTensor] { inputs + guards }

    /// Bytes of the photographs among the arguments.
    package var photographByteCount: Int { inputs.reduce(0) { $0 + ($1.uint8?.count ?? 0) } }

    /// How far results may be off that are rounded so, and with them the queries and shares of attention on matrix units; sums
    /// are float32. Relative to the result, or to 1 where that is smaller.
    package static func tolerance(storage: DataType, isAttention: Bool) -> Float {
        switch storage {
        case .bfloat16: isAttention ? 6e-2 : 1.6e-2
        case .float16: 8e-3
        default: 1e-3
        }
    }

    /// What is wrong with a result; nil when nothing is.
    package func fault(_ result: RunResult, expected: RunResult, tolerance: Float) -> String? {
        for (index, band) in guards.enumerated() where result.outputs["guard \(index)"] != band {
            return "it wrote outside its output"
        }
        guard let error = error(of: result, to: expected) else { return "its result has the wrong size" }
        // A NaN is not below the tolerance.
        return error <= tolerance ? nil : "its result is off by \(error)"
    }

    /// The greatest error of a result, relative to the expected number, or to 1 where that is smaller; NaN where a number
    /// is none, nil when sizes differ.
    package func error(of result: RunResult, to expected: RunResult) -> Float? {
        var greatest: Float = 0
        for index in operands.indices {
            let found = result.outputs["result \(index)"]?.float32 ?? []
            let right = expected.outputs["result \(index)"]?.float32 ?? []
            guard found.count == right.count else { return nil }
            for element in found.indices {
                let error = abs(found[element] - right[element]) / max(1, abs(right[element]))
                guard error <= .greatestFiniteMagnitude else { return .nan }
                greatest = max(greatest, error)
            }
        }
        return greatest
    }

    package func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let elements = values[name] else { throw .missing(name) }
        for index in elements.indices { destination[index] = elements[index] }
    }

    package func releaseMemory() {}
}

extension Op {
    /// Results are about 1 with weights up to this, however many terms a sum has.
    fileprivate var scaleOfWeights: Float {
        let terms: Int
        switch self {
        case .linear(let op): terms = op.weight.shape.channels
        case .conv2D(let op): terms = op.weight.shape.elementCount / op.weight.shape[0]
        case .upsampleConv(let op): terms = op.weight.shape.channels
        case .subpixelConv(let op): terms = 4 * op.weight.shape.channels
        case .embedPatches(let op): terms = op.weight.shape.elementCount / op.weight.shape[0]
        case .prepareImage, .downsample, .layerNorm, .attention, .mergeTokens, .concatenate: terms = 1
        }
        var scale: Float = 1
        while Float(terms) * scale * scale > 8 { scale /= 2 }
        return scale
    }
}

extension SplitMix64 {
    /// Multiples of scale / 32 between -scale and scale.
    fileprivate mutating func values(_ count: Int, scale: Float) -> [Float] {
        (0..<count).map { _ in (Float(next() >> 58) - 31.5) / 32 * scale }
    }

    /// An input of an operation. A photograph, whose shape a plan does not know, is of the network's size, three to two.
    fileprivate mutating func tensor(_ shape: Shape, for op: Op) -> HostTensor {
        guard case .prepareImage(let image) = op else {
            return HostTensor(shape: shape, float32: values(shape.elementCount, scale: 1))
        }
        let rows = max(1, image.side * 2 / 3)
        let bytes = (0..<(rows * image.side * 3)).map { _ in UInt8(truncatingIfNeeded: next() >> 56) }
        return HostTensor(shape: [rows, image.side, 3], uint8: bytes)
    }
}
