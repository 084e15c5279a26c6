import TensorCore
import TestSupport
import Testing

/// A checkpoint in memory.
private struct DictionarySource: WeightSource {
    let values: [String: (Shape, [Float])]

    var tensors: [String: TensorDescription] {
        values.mapValues { TensorDescription(shape: $0.0, dataType: .float32) }
    }

    func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let (_, elements) = values[name] else { throw .missing(name) }
        for (index, element) in elements.enumerated() { destination[index] = element }
    }

    func releaseMemory() {}
}

@Suite("weight expressions")
struct WeightTests {
    private static func multiply(_ left: [Float], _ right: [Float], m: Int, n: Int, k: Int) -> [Float] {
        (0..<(m * n)).map { (index: Int) -> Float in
            let (row, column) = (index / n, index % n)
            return (0..<k).reduce(Float(0)) { (sum: Float, i: Int) -> Float in
                sum + left[row * k + i] * right[i * n + column]
            }
        }
    }

    private static func random(_ shape: Shape, seed: UInt64) -> (Shape, [Float]) {
        var generator = SeededGenerator(seed: seed)
        return (shape, (0..<shape.elementCount).map { _ in Float.random(in: -1...1, using: &generator) })
    }

    @Test("permutes axes")
    func permutation() throws {
        let shape: Shape = [2, 3, 4, 5]
        let source = DictionarySource(values: ["w": (shape, (0..<120).map(Float.init))])
        let weight = Weight.permuted(.tensor("w", shape), axes: [2, 0, 3, 1])
        let values = try weight.evaluate(from: source, multiply: Self.multiply)
        #expect(weight.shape == [4, 2, 5, 3])
        for (a, b, c, d) in [(0, 0, 0, 0), (3, 1, 4, 2), (2, 0, 1, 1), (1, 1, 3, 0)] {
            let expected = ((b * 3 + d) * 4 + a) * 5 + c
            #expect(values[((a * 2 + b) * 5 + c) * 3 + d] == Float(expected))
        }
    }

    @Test("cuts columns and adds")
    func columnsAndSum() throws {
        let source = DictionarySource(values: ["w": ([2, 3], [1, 2, 3, 4, 5, 6])])
        let columns = Weight.columns(.tensor("w", [2, 3]), 1..<3)
        #expect(try columns.evaluate(from: source, multiply: Self.multiply) == [2, 3, 5, 6])
        let sum = Weight.sum(columns, columns)
        #expect(try sum.evaluate(from: source, multiply: Self.multiply) == [4, 6, 10, 12])
    }

    @Test("multiplies rows by a number")
    func scaledRows() throws {
        let source = DictionarySource(values: ["w": ([3, 2], [1, 2, 3, 4, 5, 6]), "b": ([3], [1, 2, 3])])
        let matrix = Weight.scaled(.tensor("w", [3, 2]), rows: 1..<2, by: 10)
        #expect(matrix.shape == [3, 2] && matrix.tensors.map(\.name) == ["w"])
        #expect(try matrix.evaluate(from: source, multiply: Self.multiply) == [1, 2, 30, 40, 5, 6])
        let vector = Weight.scaled(.tensor("b", [3]), rows: 0..<2, by: -1)
        #expect(try vector.evaluate(from: source, multiply: Self.multiply) == [-1, -2, 3])
    }

    @Test("multiplies a matrix into a stack of matrices")
    func product() throws {
        let source = DictionarySource(values: ["p": ([1, 2], [1, 10]), "t": ([2, 2, 1], [1, 2, 3, 4])])
        let product = Weight.product(.tensor("p", [1, 2]), .tensor("t", [2, 2, 1]))
        #expect(product.shape == [2, 1, 1])
        #expect(try product.evaluate(from: source, multiply: Self.multiply) == [21, 43])
    }

    @Test("composes a transposed and a 3x3 convolution exactly, borders included")
    func subpixel() throws {
        let (outputs, middle, inputs, side) = (3, 4, 2, 3)
        let source = DictionarySource(values: [
            "conv": Self.random([outputs, 3, 3, middle], seed: 1),
            "up": Self.random([2, 2, middle, inputs], seed: 2), "bias": Self.random([middle], seed: 3),
        ])
        let conv = Weight.tensor("conv", [outputs, 3, 3, middle])
        let composed = try Weight.subpixel(conv: conv, upsample: .tensor("up", [2, 2, middle, inputs]))
            .evaluate(from: source, multiply: Self.multiply)
        let biasMap = try Weight.subpixelBias(conv: conv, upsampleBias: .tensor("bias", [middle]))
            .evaluate(from: source, multiply: Self.multiply)
        let x = Self.random([side, side, inputs], seed: 4).1
        let (c, u, b) = (source.values["conv"]?.1 ?? [], source.values["up"]?.1 ?? [], source.values["bias"]?.1 ?? [])

        for row in 0..<(2 * side) {
            for column in 0..<(2 * side) {
                for o in 0..<outputs {
                    // The long way: the upsampled map, then nine taps of it.
                    var expected: Float = 0
                    for dy in 0..<3 {
                        for dx in 0..<3 {
                            let (r, q) = (row + dy - 1, column + dx - 1)
                            guard (0..<(2 * side)).contains(r), (0..<(2 * side)).contains(q) else { continue }
                            for m in 0..<middle {
                                var pixel = b[m]
                                for i in 0..<inputs {
                                    pixel +=
                                        u[((r % 2 * 2 + q % 2) * middle + m) * inputs + i]
                                        * x[(r / 2 * side + q / 2) * inputs + i]
                                }
                                expected += c[((o * 3 + dy) * 3 + dx) * middle + m] * pixel
                            }
                        }
                    }
                    let last = 2 * side - 1
                    let (rowClass, columnClass) = (
                        row == 0 ? 0 : row == last ? 2 : 1, column == 0 ? 0 : column == last ? 2 : 1
                    )
                    var actual = biasMap[(rowClass * 3 + columnClass) * outputs + o]
                    let (a, bb) = (row % 2, column % 2)
                    for s in 0..<2 {
                        for t in 0..<2 {
                            let (y, z) = (row / 2 + s + a - 1, column / 2 + t + bb - 1)
                            guard (0..<side).contains(y), (0..<side).contains(z) else { continue }
                            for i in 0..<inputs {
                                let tap = ((((a * 2 + bb) * outputs + o) * 2 + s) * 2 + t) * inputs + i
                                actual += composed[tap] * x[(y * side + z) * inputs + i]
                            }
                        }
                    }
                    #expect(abs(actual - expected) < 1e-4)
                }
            }
        }
    }

    @Test("reports a missing and a misshapen tensor by name")
    func errors() {
        let source = DictionarySource(values: ["w": ([2], [1, 2])])
        #expect(throws: WeightError.missing("v")) {
            try Weight.tensor("v", [2]).evaluate(from: source, multiply: Self.multiply)
        }
        #expect(throws: WeightError.shapeMismatch(name: "w", expected: [3], found: [2])) {
            try Weight.tensor("w", [3]).evaluate(from: source, multiply: Self.multiply)
        }
    }
}
