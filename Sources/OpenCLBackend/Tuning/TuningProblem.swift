import TensorCore

/// One operation between guards, with inputs and weights that float16 holds exactly: what a candidate computes.
struct TuningProblem: WeightSource {
    let graph: Graph
    let tensors: [String: TensorDescription]
    private let inputs: [HostTensor]
    private let guards: [HostTensor]
    private let values: [String: [Float]]

    /// - Parameters:
    ///   - op: with plain weights.
    ///   - shapes: of its inputs.
    ///   - depth: terms of a sum; results are about 1 whatever it is.
    init(_ op: Op, _ shapes: [Shape], depth: Int) {
        var generator = SplitMix64(state: 0x5eed)
        var graph = Graph()
        let operands = shapes.map { graph.input(.tensor($0)) }
        let output = graph.append(op, operands, scope: "tuning", stage: .prepare)
        let greatest = (shapes + [graph.shape(output)]).map(\.elementCount).max() ?? 0
        // One guard is large enough that no value fits behind it in its place.
        guards = [greatest + 16, 16].map { count in
            HostTensor(shape: [count], float32: (0..<count).map { Float($0 % 64) + 0.25 })
        }
        graph.outputs = [("result", output)]
        for (index, band) in guards.enumerated() {
            graph.outputs.append(("guard \(index)", graph.input(.tensor(band.shape))))
        }
        self.graph = graph
        inputs = shapes.map { HostTensor(shape: $0, float32: generator.values($0.elementCount, scale: 1)) }
        var scale: Float = 1
        while Float(depth) * scale * scale > 8 { scale /= 2 }
        var values: [String: [Float]] = [:]
        var tensors: [String: TensorDescription] = [:]
        for (name, shape) in op.weights.flatMap(\.tensors) {
            values[name] = generator.values(shape.elementCount, scale: name == "weight" ? scale : 1)
            tensors[name] = TensorDescription(shape: shape, dataType: .float32)
        }
        self.values = values
        self.tensors = tensors
    }

    /// Floating-point operations of a run.
    var flopCount: Int { Plan(graph).cost.flopCount }

    /// Those of an operation on inputs of the given shapes.
    static func flopCount(_ op: Op, _ inputs: [Shape]) -> Int { op.cost(inputs, elementByteCount: 4).flopCount }

    /// What a prepared plan of the graph takes.
    var arguments: [HostTensor] { inputs + guards }

    /// What is wrong with a result; nil when nothing is.
    func fault(_ result: RunResult, expected: [Float], tolerance: Float) -> String? {
        for (index, band) in guards.enumerated() where result.outputs["guard \(index)"] != band {
            return "it wrote outside its output"
        }
        let found = result.outputs["result"]?.float32 ?? []
        guard found.count == expected.count else { return "its result has the wrong size" }
        for (value, right) in zip(found, expected) {
            let error = abs(value - right) / max(1, abs(right))
            // A NaN is not below the tolerance.
            guard error <= tolerance else { return "its result is off by \(error)" }
        }
        return nil
    }

    func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let elements = values[name] else { throw .missing(name) }
        for index in elements.indices { destination[index] = elements[index] }
    }

    func releaseMemory() {}
}

/// Sebastiano Vigna's SplitMix64 (https://prng.di.unimi.it/splitmix64.c).
private struct SplitMix64 {
    var state: UInt64

    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Multiples of scale / 32 between -scale and scale.
    mutating func values(_ count: Int, scale: Float) -> [Float] {
        (0..<count).map { _ in (Float(next() >> 58) - 31.5) / 32 * scale }
    }
}
