/// An operation on small whole numbers, whose result is exact in float32 and in float16, or known by reasoning.
package struct KnownAnswer: WeightSource {
    /// Kernels that are written and chosen together.
    package enum Family: String, Sendable, Hashable, Codable, CaseIterable {
        case product, attention, convolution, other
    }

    package let name: String
    package let family: Family
    let op: Op
    /// The same operation with weights of its own, to share the launch of `op` where launches are shared.
    private let twin: Op?
    package let input: HostTensor
    package let expected: [Double]
    /// How far a result may be off, besides the rounding of its storage.
    private let arithmeticTolerance: Double
    /// Every element of a weight, by the weight's name and its index.
    private let weight: @Sendable (String, Int) -> Float

    package static let all = [
        product, alignedProduct, sharedProduct, finishedProduct, geluProduct, embedding, attention, choosingAttention,
        sharedAttention, convolution, residualConvolution, upsampling, subpixelConvolution, layerNorm, sharedLayerNorm,
        downsample, preparation, merging, concatenation,
    ]

    /// How far a result may be off: arithmetic, and half a unit in the last place of the largest element in storage
    /// unless the result is exact.
    package func tolerance(elementByteCount: Int) -> Double {
        guard arithmeticTolerance > 0, elementByteCount == 2 else { return arithmeticTolerance }
        return arithmeticTolerance + 0x1p-11 * (expected.map(abs).max() ?? 0)
    }

    static func wholeNumber(_ index: Int, modulus: Int) -> Float {
        Float(index * 7 % modulus - modulus / 2)
    }

    /// Whole numbers without a pattern, so that no two rows, taps or channels are alike, and none is another's mirror image.
    static func scattered(_ index: Int, modulus: Int) -> Float {
        var hash = UInt32(truncatingIfNeeded: index) &* 0x9e37_79b1
        hash = (hash ^ hash >> 15) &* 0x85eb_ca77
        return Float(Int(hash >> 16) % modulus - modulus / 2)
    }

    static func wholeNumbers(_ count: Int, modulus: Int) -> [Float] {
        (0..<count).map { wholeNumber($0, modulus: modulus) }
    }

    /// Sums of whole numbers are exact in any order, and below 2048 in float16 too.
    private static func product(_ name: String, rows: Int, depth: Int, columns: Int) -> KnownAnswer {
        let x = wholeNumbers(rows * depth, modulus: 11)
        let weight = (0..<(columns * depth)).map { scattered($0, modulus: 13) }
        // Rows repeat after as many as the modulus is.
        let distinct = (0..<(min(rows, 11) * columns)).map { cell in
            (0..<depth).reduce(0.0) { sum, k in
                sum + Double(x[cell / columns * depth + k]) * Double(weight[cell % columns * depth + k])
            }
        }
        let expected = (0..<(rows * columns)).map { distinct[$0 % distinct.count] }
        let op = Linear(weight: .tensor("weight", [columns, depth]), epilogue: Epilogue())
        return KnownAnswer(
            name: name, family: .product, op: .linear(op),
            input: HostTensor(shape: [1, rows, depth], float32: x), expected: expected, arithmeticTolerance: 0
        ) { _, index in scattered(index, modulus: 13) }
    }

    /// No extent is a multiple of anything.
    package static var product: KnownAnswer { product("product", rows: 70, depth: 65, columns: 37) }

    /// Rows of whole vectors, and enough of them to fill and reuse every slot of local memory.
    package static var alignedProduct: KnownAnswer { product("aligned product", rows: 140, depth: 160, columns: 136) }

    /// As many tiles as keep several work-groups on every multiprocessor of a large GPU. What a matrix unit reads before it
    /// has arrived may be right when work-groups have one to themselves, so that this one belongs to paths on such units.
    package static var crowdedProduct: KnownAnswer {
        product("crowded product", rows: 17_000, depth: 128, columns: 264)
    }

    /// Everything that may follow a product but an activation: bias, layer scale, and the input as the residual.
    package static var finishedProduct: KnownAnswer {
        let (rows, width) = (21, 37)
        let x = wholeNumbers(rows * width, modulus: 11)
        let weight = { @Sendable (name: String, index: Int) in
            scattered(index, modulus: name == "weight" ? 13 : name == "bias" ? 9 : 5)
        }
        let expected = (0..<(rows * width)).map { cell in
            let (row, column) = (cell / width, cell % width)
            let sum = (0..<width).reduce(weight("bias", column)) {
                $0 + x[row * width + $1] * weight("weight", column * width + $1)
            }
            return Double(x[cell] + sum * weight("scale", column))
        }
        let op = Linear(
            weight: .tensor("weight", [width, width]),
            epilogue: Epilogue(
                bias: .tensor("bias", [width]), layerScale: .tensor("scale", [width]), residualCount: 1))
        return KnownAnswer(
            name: "finished product", family: .product, op: .linear(op),
            input: HostTensor(shape: [1, rows, width], float32: x), expected: expected, arithmeticTolerance: 1e-3,
            weight: weight)
    }

    /// x / 2 (1 + erf(x / sqrt 2)) at the whole numbers between -3 and 3.
    package static var geluProduct: KnownAnswer {
        let values = [
            -0.004049694, -0.045500264, -0.158655254, 0, 0.841344746, 1.954499736, 2.995950306,
        ]
        let (rows, depth, columns) = (18, 3, 20)
        let x = wholeNumbers(rows * depth, modulus: 3)
        let weight = { @Sendable (index: Int) in scattered(index, modulus: 3) }
        let expected = (0..<(rows * columns)).map { cell in
            let sum = (0..<depth).reduce(Float(0)) {
                $0 + x[cell / columns * depth + $1] * weight(cell % columns * depth + $1)
            }
            return values[Int(sum) + 3]
        }
        let op = Linear(weight: .tensor("weight", [columns, depth]), epilogue: Epilogue(activation: .gelu))
        return KnownAnswer(
            name: "gelu product", family: .product, op: .linear(op),
            input: HostTensor(shape: [1, rows, depth], float32: x), expected: expected, arithmeticTolerance: 1e-5
        ) { weight($1) }
    }

    /// Two products in one launch, each of more than one tile.
    package static var sharedProduct: KnownAnswer {
        let twin = Linear(weight: .tensor("twin's weight", [37, 65]), epilogue: Epilogue())
        return product.sharing("shared product", with: .linear(twin))
    }

    /// Queries of zero give every key the same weight: the result is the mean of the values.
    package static var attention: KnownAnswer {
        let (tokens, width) = (40, 128)
        var qkv = wholeNumbers(tokens * 3 * width, modulus: 17)
        for token in 0..<tokens { for i in 0..<width { qkv[token * 3 * width + i] = 0 } }
        let means = (0..<width).map { channel in
            (0..<tokens).reduce(0.0) { $0 + Double(qkv[$1 * 3 * width + 2 * width + channel]) } / Double(tokens)
        }
        return KnownAnswer(
            name: "attention", family: .attention, op: .attention(Attention(headCount: 2)),
            input: HostTensor(shape: [1, tokens, 3 * width], float32: qkv),
            expected: (0..<(tokens * width)).map { means[$0 % width] }, arithmeticTolerance: 1e-5)
    }

    /// Keys are rows of a Hadamard matrix and their negatives; each query is one of them, long enough to see no other, so
    /// that the result is that key's value.
    package static var choosingAttention: KnownAnswer {
        let (tokens, headWidth) = (70, 64)
        let key = { (token: Int, i: Int) -> Float in
            let isNegative = (token % headWidth & i).nonzeroBitCount % 2 != token / headWidth
            return isNegative ? -8 : 8
        }
        let chosen = { (token: Int) in token * 29 % tokens }
        let value = { (token: Int, i: Int) in wholeNumber(token * headWidth + i, modulus: 17) }
        let qkv = (0..<(tokens * 3 * headWidth)).map { index -> Float in
            let (token, i) = (index / (3 * headWidth), index % headWidth)
            switch index / headWidth % 3 {
            case 0: return key(chosen(token), i)
            case 1: return key(token, i)
            default: return value(token, i)
            }
        }
        return KnownAnswer(
            name: "choosing attention", family: .attention, op: .attention(Attention(headCount: 1)),
            input: HostTensor(shape: [1, tokens, 3 * headWidth], float32: qkv),
            expected: (0..<(tokens * headWidth)).map { Double(value(chosen($0 / headWidth), $0 % headWidth)) },
            arithmeticTolerance: 1e-5)
    }

    package static var sharedAttention: KnownAnswer {
        choosingAttention.sharing("shared attention", with: choosingAttention.op)
    }

    /// Rows that alternate between r + 3 and r - 3 have the mean r and the variance 9: their elements become 1 and -1, before
    /// weight and bias.
    package static var layerNorm: KnownAnswer {
        let (rows, width) = (5, 66)
        let sign = { (index: Int) in index % width % 2 == 0 ? 1.0 : -1.0 }
        let x = (0..<(rows * width)).map { Float(Double($0 / width) + 3 * sign($0)) }
        let weight = { @Sendable (name: String, index: Int) in
            scattered(index + (name == "bias" ? width : 0), modulus: 9)
        }
        let op = LayerNorm(weight: .tensor("weight", [width]), bias: .tensor("bias", [width]), epsilon: 1e-6)
        let expected = (0..<(rows * width)).map { cell in
            Double(weight("bias", cell % width)) + sign(cell) * Double(weight("weight", cell % width))
        }
        return KnownAnswer(
            name: "layer norm", family: .other, op: .layerNorm(op),
            input: HostTensor(shape: [1, rows, width], float32: x),
            expected: expected, arithmeticTolerance: 1e-5, weight: weight)
    }

    package static var sharedLayerNorm: KnownAnswer {
        let twin = LayerNorm(
            weight: .tensor("twin's weight", [66]), bias: .tensor("twin's bias", [66]), epsilon: 1e-6)
        return layerNorm.sharing("shared layer norm", with: .layerNorm(twin))
    }

    /// Halving a slope of whole numbers takes means of two of them in each direction.
    package static var downsample: KnownAnswer {
        let side = 8
        let x = (0..<(side * side * 3)).map { (cell: Int) -> Float in
            let (row, column) = (cell / 3 / side, cell / 3 % side)
            return Float(4 * row + 8 * column)
        }
        let half = side / 2
        let expected = (0..<(half * half * 3)).map { cell in
            let (row, column) = (cell / 3 / half, cell / 3 % half)
            return 4 * (2 * Double(row) + 0.5) + 8 * (2 * Double(column) + 0.5)
        }
        return KnownAnswer(
            name: "downsample", family: .other, op: .downsample(Downsample(factor: 2)),
            input: HostTensor(shape: [1, side, side, 3], float32: x), expected: expected, arithmeticTolerance: 1e-5)
    }

    init(
        name: String, family: Family, op: Op, input: HostTensor, expected: [Double], arithmeticTolerance: Double,
        twin: Op? = nil, weight: @escaping @Sendable (String, Int) -> Float = { _, _ in 1 }
    ) {
        self.name = name
        self.family = family
        self.op = op
        self.twin = twin
        self.input = input
        self.expected = expected
        self.arithmeticTolerance = arithmeticTolerance
        self.weight = weight
    }

    /// The answer twice, from two operations on one input. The twin's weights are the negatives of the first one's, so that
    /// neither can be taken for the other.
    private func sharing(_ name: String, with twin: Op) -> KnownAnswer {
        let sign = twin.weights.isEmpty ? 1.0 : -1.0
        return KnownAnswer(
            name: name, family: family, op: op, input: input, expected: expected + expected.map { sign * $0 },
            arithmeticTolerance: arithmeticTolerance, twin: twin
        ) { [weight] name, index in
            let prefix = "twin's "
            return name.hasPrefix(prefix)
                ? -weight(String(name.dropFirst(prefix.count)), index) : weight(name, index)
        }
    }

    private var ops: [Op] { [op] + [twin].compactMap(\.self) }

    var graph: Graph {
        var graph = Graph()
        let x = graph.input(input.uint8 == nil ? .tensor(input.shape) : .photograph)
        graph.outputs = zip(outputNames, ops).map { output, op in
            let readCount = op == .concatenate ? 2 : 1 + (op.epilogue?.residualCount ?? 0)
            return (
                output, graph.append(op, .init(repeating: x, count: readCount), scope: name, stage: .prepare)
            )
        }
        return graph
    }

    /// The outputs of ``graph``; one behind the other they are ``expected``.
    var outputNames: [String] { ops.indices.map { "result \($0)" } }

    package var tensors: [String: TensorDescription] {
        ops.flatMap(\.weights).flatMap(\.tensors).reduce(into: [:]) {
            $0[$1.name] = TensorDescription(shape: $1.shape, dataType: .float32)
        }
    }

    package func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        for index in destination.indices { destination[index] = weight(name, index) }
    }

    package func releaseMemory() {}
}
