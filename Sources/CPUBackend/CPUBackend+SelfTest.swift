import TensorCore

/// Whether a device computed a known answer.
package struct SelfTestResult: Sendable, Hashable {
    package let passed: Bool
    /// What was computed and how far it was off, or why it could not be computed.
    package let detail: String
}

extension CPUBackend {
    /// Computes a product, an attention and a convolution whose answers are known exactly and compares.
    package func selfTest() -> SelfTestResult {
        do {
            var worst = 0.0
            for check in [KnownAnswer.product, .attention, .convolution] {
                let prepared = try prepare(Plan(check.graph), weights: check)
                let found = try prepared.run([check.input]).outputs["result"]?.float32 ?? []
                guard found.count == check.expected.count else {
                    return SelfTestResult(passed: false, detail: "\(check.name): the result has the wrong size")
                }
                let error = zip(found, check.expected).map { abs(Double($0) - $1) }.max { !($0 >= $1) } ?? 0
                guard error <= check.tolerance else {
                    return SelfTestResult(passed: false, detail: "\(check.name) is off by \(error)")
                }
                worst = max(worst, error)
            }
            return SelfTestResult(
                passed: true, detail: "product, attention and convolution are right (largest error \(worst))")
        } catch {
            return SelfTestResult(passed: false, detail: "\(error)")
        }
    }
}

/// An operation on small whole numbers, whose result is exact in float32 or known by reasoning.
private struct KnownAnswer: WeightSource {
    let name: String
    let op: Op
    let input: HostTensor
    let expected: [Double]
    let tolerance: Double

    private static func wholeNumbers(_ count: Int, modulus: Int) -> [Float] {
        (0..<count).map { Float($0 * 7 % modulus - modulus / 2) }
    }

    /// 70 x 65 x 37: sums of whole numbers are exact in any order.
    static var product: KnownAnswer {
        let (rows, depth, columns) = (70, 65, 37)
        let x = wholeNumbers(rows * depth, modulus: 11)
        let weight = wholeNumbers(columns * depth, modulus: 13)
        let expected = (0..<(rows * columns)).map { cell in
            (0..<depth).reduce(0.0) { sum, k in
                sum + Double(x[cell / columns * depth + k]) * Double(weight[cell % columns * depth + k])
            }
        }
        let op = Linear(weight: .tensor("weight", [columns, depth]), epilogue: Epilogue())
        return KnownAnswer(
            name: "product", op: .linear(op), input: HostTensor(shape: [1, rows, depth], float32: x),
            expected: expected, tolerance: 0)
    }

    /// Queries of zero give every key the same weight: the result is the mean of the values.
    static var attention: KnownAnswer {
        let (tokens, width) = (40, 64)
        var qkv = wholeNumbers(tokens * 3 * width, modulus: 17)
        for token in 0..<tokens { for i in 0..<width { qkv[token * 3 * width + i] = 0 } }
        let means = (0..<width).map { channel in
            (0..<tokens).reduce(0.0) { $0 + Double(qkv[$1 * 3 * width + 2 * width + channel]) } / Double(tokens)
        }
        return KnownAnswer(
            name: "attention", op: .attention(Attention(headCount: 2)),
            input: HostTensor(shape: [1, tokens, 3 * width], float32: qkv),
            expected: (0..<(tokens * width)).map { means[$0 % width] }, tolerance: 1e-5)
    }

    /// A kernel of ones over a map of ones counts the taps inside the map, for each of three channels.
    static var convolution: KnownAnswer {
        let side = 9
        let inside = (0..<side).map { $0 == 0 || $0 == side - 1 ? 2.0 : 3.0 }
        let expected = (0..<(side * side * 5)).map { inside[$0 / 5 / side] * inside[$0 / 5 % side] * 3 }
        let op = Conv2D(weight: .tensor("ones", [5, 3, 3, 3]), padding: 1, epilogue: Epilogue())
        let ones = [Float](repeating: 1, count: side * side * 3)
        return KnownAnswer(
            name: "convolution", op: .conv2D(op), input: HostTensor(shape: [1, side, side, 3], float32: ones),
            expected: expected, tolerance: 0)
    }

    var graph: Graph {
        var graph = Graph()
        let x = graph.input(.tensor(input.shape))
        graph.outputs = [("result", graph.append(op, [x], scope: name, stage: .prepare))]
        return graph
    }

    var tensors: [String: TensorDescription] {
        op.weights.flatMap(\.tensors).reduce(into: [:]) {
            $0[$1.name] = TensorDescription(shape: $1.shape, dataType: .float32)
        }
    }

    func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        let values =
            name == "ones"
            ? [Float](repeating: 1, count: destination.count) : Self.wholeNumbers(destination.count, modulus: 13)
        for index in values.indices { destination[index] = values[index] }
    }

    func releaseMemory() {}
}
