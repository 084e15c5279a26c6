import TensorCore
import TestSupport
import Testing

@Suite struct UpsampleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var images = 1
        let rows, columns, inputs, outputs: Int
        var hasBias = false
        var biasMap = false
        var residuals = 0
        var testDescription: String {
            "\(images)x\(rows)x\(columns)x\(inputs) -> \(outputs), bias \(hasBias), map \(biasMap), residuals \(residuals)"
        }
    }

    static let cases = [
        Case(rows: 24, columns: 24, inputs: 32, outputs: 32),
        Case(images: 2, rows: 5, columns: 7, inputs: 3, outputs: 33, hasBias: true, biasMap: true, residuals: 1),
        Case(rows: 1, columns: 1, inputs: 1, outputs: 1, biasMap: true),
        Case(rows: 1, columns: 2, inputs: 4, outputs: 2, hasBias: true, biasMap: true),
        Case(rows: 3, columns: 1, inputs: 17, outputs: 8, biasMap: true, residuals: 2),
        Case(rows: 30, columns: 45, inputs: 8, outputs: 20, biasMap: true),
        Case(rows: 2, columns: 700, inputs: 9, outputs: 5, hasBias: true, biasMap: true),
        Case(rows: 9, columns: 4, inputs: 1500, outputs: 3, biasMap: true),
        Case(rows: 6, columns: 5, inputs: 8, outputs: 530, biasMap: true),
    ]

    static func upsample(_ shape: Case, seed: UInt64) -> OneNode {
        let op = UpsampleConv(
            weight: .tensor("weight", [2, 2, shape.outputs, shape.inputs]),
            epilogue: epilogue(channels: shape.outputs, bias: shape.hasBias, residuals: shape.residuals))
        return OneNode(.upsampleConv(op), inputs(shape, seed: seed), seed: seed + 1)
    }

    static func subpixel(_ shape: Case, seed: UInt64) -> OneNode {
        let op = SubpixelConv(
            weight: .tensor("weight", [2, 2, shape.outputs, 2, 2, shape.inputs]),
            biasMap: shape.biasMap ? .tensor("map", [3, 3, shape.outputs]) : nil,
            epilogue: epilogue(channels: shape.outputs, bias: shape.hasBias, residuals: shape.residuals))
        return OneNode(.subpixelConv(op), inputs(shape, seed: seed), seed: seed + 1)
    }

    private static func inputs(_ shape: Case, seed: UInt64) -> [HostTensor] {
        var generator = SeededGenerator(seed: seed)
        let x = generator.tensor([shape.images, shape.rows, shape.columns, shape.inputs])
        let output: Shape = [shape.images, 2 * shape.rows, 2 * shape.columns, shape.outputs]
        return [x] + (0..<shape.residuals).map { _ in generator.tensor(output) }
    }

    static func random(seed: UInt64) -> Case {
        var generator = SeededGenerator(seed: seed)
        return Case(
            images: .random(in: 1...2, using: &generator), rows: .random(in: 1...30, using: &generator),
            columns: .random(in: 1...30, using: &generator), inputs: .random(in: 1...40, using: &generator),
            outputs: .random(in: 1...40, using: &generator), hasBias: .random(using: &generator),
            biasMap: .random(using: &generator), residuals: .random(in: 0...2, using: &generator))
    }

    @Test(arguments: cases + (0..<10).map { random(seed: 5000 + $0) })
    func upsampleMatchesReference(shape: Case) throws {
        try Self.upsample(shape, seed: 51).check(absolute: productTolerance(depth: shape.inputs))
    }

    @Test(arguments: cases + (0..<10).map { random(seed: 6000 + $0) })
    func subpixelMatchesReference(shape: Case) throws {
        try Self.subpixel(shape, seed: 61).check(absolute: productTolerance(depth: 4 * shape.inputs))
    }
}
