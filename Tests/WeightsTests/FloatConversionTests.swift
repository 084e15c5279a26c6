import TensorCore
import TestSupport
import Testing
import Weights

@Suite("Conversion to float32")
struct FloatConversionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ tensor: SafetensorsBytes.Tensor, padding: Int = 0) throws -> [Float] {
        let path = try folder.write(SafetensorsBytes.file([tensor], padding: padding), as: "a.safetensors")
        return try SafetensorsFile(path: path).float32(tensor.name)
    }

    /// Half precision by its definition, in float64.
    private func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 31)
        let fraction = Double(bits & 1023) / 1024
        let magnitude = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * pow2(exponent - 15)
        return bits >> 15 == 1 ? -magnitude : magnitude
    }

    private func pow2(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    @Test("every finite half value is exact")
    func halves() throws {
        let bits = (UInt16.min...UInt16.max).filter { $0 & 0x7c00 != 0x7c00 }
        let values = try read(SafetensorsBytes.bits16("h", type: "F16", bits))
        for (bits, value) in zip(bits, values) {
            try #require(value.bitPattern == Float(half(bits)).bitPattern, "half \(bits)")
        }
    }

    @Test("every finite bfloat16 value is exact")
    func brains() throws {
        let bits = (UInt16.min...UInt16.max).filter { $0 & 0x7f80 != 0x7f80 }
        let values = try read(SafetensorsBytes.bits16("b", type: "BF16", bits))
        for (bits, value) in zip(bits, values) {
            try #require(value.bitPattern == UInt32(bits) << 16, "bfloat16 \(bits)")
        }
    }

    @Test("every half and bfloat16 NaN and infinity is found", arguments: [("F16", UInt16(0x7c00)), ("BF16", 0x7f80)])
    func nonFiniteBits(type: String, exponent: UInt16) throws {
        let bad = (UInt16.min...UInt16.max).filter { $0 & exponent == exponent }
        for (position, bits) in bad.enumerated() where position % 7 == 0 || bits & 0x7fff == exponent {
            var values = [UInt16](repeating: 0x3c00, count: 37)
            values[position % 37] = bits
            #expect(throws: WeightError.notFinite(name: "x", index: position % 37)) {
                try read(SafetensorsBytes.bits16("x", type: type, values))
            }
        }
    }

    @Test("float32 passes bit for bit at any length and alignment", arguments: 0..<40)
    func singles(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let values = (0..<count).map { _ in Float.random(in: -1e30...1e30, using: &generator) }
        let read = try read(SafetensorsBytes.float32("s", shape: [count], values), padding: count % 9)
        #expect(read.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test("subnormal float32, signed zeros and extremes keep their bits")
    func singleExtremes() throws {
        let values: [Float] = [0, -0.0, .leastNonzeroMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude]
        let read = try read(SafetensorsBytes.float32("s", shape: [5], values))
        #expect(read.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test("float64 is rounded to nearest")
    func doubles() throws {
        var generator = SeededGenerator(seed: 64)
        let values = (0..<53).map { _ in Double.random(in: -1e10...1e10, using: &generator) }
        let tensor = SafetensorsBytes.Tensor(
            name: "d", type: "F64", shape: [53], bytes: values.map(\.bitPattern).littleEndianBytes)
        #expect(try read(tensor) == values.map { Float($0) })
    }

    @Test("a float64 beyond float32's range is an error", arguments: [1e39, -1e300, .infinity, .nan])
    func doubleOverflow(value: Double) throws {
        let tensor = SafetensorsBytes.Tensor(
            name: "d", type: "F64", shape: [2], bytes: [1, value].map(\.bitPattern).littleEndianBytes)
        #expect(throws: WeightError.notFinite(name: "d", index: 1)) { try read(tensor) }
    }

    @Test("float32 NaN and infinity are found wherever they stand", arguments: [0, 15, 16, 31, 32, 36])
    func nonFiniteSingles(index: Int) throws {
        for bad in [Float.nan, .signalingNaN, .infinity, -.infinity] {
            var values = [Float](repeating: 1, count: 37)
            values[index] = bad
            #expect(throws: WeightError.notFinite(name: "s", index: index)) {
                try read(SafetensorsBytes.float32("s", shape: [37], values))
            }
        }
    }

    @Test("integers are not weights", arguments: ["I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"])
    func integers(type: String) throws {
        let tensor = SafetensorsBytes.Tensor(name: "i", type: type, shape: [0], bytes: [])
        #expect {
            try read(tensor)
        } throws: { error in
            if case WeightError.notFloatingPoint("i", _) = error { true } else { false }
        }
    }
}
