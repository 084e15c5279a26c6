/// An operation on small whole numbers, whose result is exact in float32 and in float16, and in bfloat16 but for its
/// rounding, or known by reasoning.
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
    /// Whether a plan of narrow elements has it as float32, as it has results of networks.
    private let isResult: Bool
    /// How many roundings of the largest element an inexact result may be off by.
    private let roundingCount: Double
    /// Every element of a weight, by the weight's name and its index.
    private let weight: @Sendable (String, Int) -> Float

    package static let all = [
        product, alignedProduct, narrowProduct, sharedProduct, alignedSharedProduct, finishedProduct, geluProduct,
        embedding, alignedEmbedding, attention, choosingAttention, climbingAttention, sharedAttention, convolution,
        alignedConvolution,
        narrowConvolution,
        residualConvolution, alignedResidualConvolution, upsampling, alignedUpsampling, subpixelConvolution,
        alignedSubpixelConvolution, layerNorm, sharedLayerNorm, downsample, preparation, merging, concatenation,
    ]

    /// How far a result may be off: arithmetic, and half a unit in the last place of the largest element in storage
    /// unless the result is exact.
    package func tolerance(storage: DataType) -> Double {
        let greatest = expected.map(abs).max() ?? 0
        return switch storage {
        case .bfloat16 where arithmeticTolerance > 0 || greatest > 256:
            arithmeticTolerance + roundingCount * 0x1p-8 * greatest
        case .float16 where arithmeticTolerance > 0: arithmeticTolerance + roundingCount * 0x1p-11 * greatest
        default: arithmeticTolerance
        }
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

    init(
        name: String, family: Family, op: Op, input: HostTensor, expected: [Double], arithmeticTolerance: Double,
        roundingCount: Double = 1, isResult: Bool = false, twin: Op? = nil,
        weight: @escaping @Sendable (String, Int) -> Float = { _, _ in 1 }
    ) {
        self.name = name
        self.family = family
        self.op = op
        self.twin = twin
        self.input = input
        self.expected = expected
        self.arithmeticTolerance = arithmeticTolerance
        self.roundingCount = roundingCount
        self.isResult = isResult
        self.weight = weight
    }

    /// The answer twice, from two operations on one input. The twin's weights are the negatives of the first one's, so that
    /// neither can be taken for the other.
    func sharing(_ name: String, with twin: Op) -> KnownAnswer {
        let sign = twin.weights.isEmpty ? 1.0 : -1.0
        return KnownAnswer(
            name: name, family: family, op: op, input: input, expected: expected + expected.map { sign * $0 },
            arithmeticTolerance: arithmeticTolerance, roundingCount: roundingCount, twin: twin
        ) { [weight] name, index in
            let prefix = "twin's "
            return name.hasPrefix(prefix)
                ? -weight(String(name.dropFirst(prefix.count)), index) : weight(name, index)
        }
    }

    private var ops: [Op] { [op] + [twin].compactMap(\.self) }

    /// The plan that computes the answer.
    ///
    /// - Parameter storage: of activations and weights: float32, float16 or bfloat16.
    /// - Returns: a plan of one node, or of two where launches are shared.
    package func plan(storage: DataType) -> Plan {
        Plan(graph, storage: storage, wideValues: isResult ? graph.wideResults : [], joinsSteps: true)
    }

    private var graph: Graph {
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
