import Archives

/// How a number lies in a file.
struct NumberType: Sendable, Equatable {
    enum Kind: Sendable, Equatable { case floating, signed, unsigned }

    let kind: Kind
    let byteCount: Int
    let isBigEndian: Bool

    static let float32 = NumberType(kind: .floating, byteCount: 4, isBigEndian: false)

    init(kind: Kind, byteCount: Int, isBigEndian: Bool) {
        self.kind = kind
        self.byteCount = byteCount
        self.isBigEndian = isBigEndian
    }

    /// Reads NumPy's type code in quotes, such as `'<f4'`; nil for what is no plain number.
    init?(_ text: Substring) {
        guard let quote = text.first, quote == "'" || quote == "\"",
            let end = text.dropFirst().firstIndex(of: quote)
        else { return nil }
        let code = Array(text[text.index(after: text.startIndex)..<end].utf8)
        guard code.count == 3, let size = Character(UnicodeScalar(code[2])).wholeNumberValue else { return nil }
        switch code[0] {
        case UInt8(ascii: "<"), UInt8(ascii: "="): isBigEndian = false
        case UInt8(ascii: ">"): isBigEndian = true
        case UInt8(ascii: "|"):
            guard size == 1 else { return nil }
            isBigEndian = false
        default: return nil
        }
        switch (code[1], size) {
        case (UInt8(ascii: "f"), 2), (UInt8(ascii: "f"), 4), (UInt8(ascii: "f"), 8): kind = .floating
        case (UInt8(ascii: "i"), 1), (UInt8(ascii: "i"), 2), (UInt8(ascii: "i"), 4), (UInt8(ascii: "i"), 8):
            kind = .signed
        case (UInt8(ascii: "u"), 1), (UInt8(ascii: "u"), 2), (UInt8(ascii: "u"), 4), (UInt8(ascii: "u"), 8),
            (UInt8(ascii: "b"), 1):
            kind = .unsigned
        default: return nil
        }
        byteCount = size
    }

    /// `count` numbers from a byte offset on; they must lie within the span.
    func floats(_ bytes: RawSpan, at start: Int, count: Int) -> [Float] {
        switch byteCount {
        case 1: numbers(UInt8.self, bytes, start, count) { kind == .signed ? Float(Int8(bitPattern: $0)) : Float($0) }
        case 2:
            switch kind {
            case .floating: numbers(UInt16.self, bytes, start, count, Self.half)
            case .signed: numbers(UInt16.self, bytes, start, count) { Float(Int16(bitPattern: $0)) }
            case .unsigned: numbers(UInt16.self, bytes, start, count) { Float($0) }
            }
        case 4:
            switch kind {
            case .floating: numbers(UInt32.self, bytes, start, count) { Float(bitPattern: $0) }
            case .signed: numbers(UInt32.self, bytes, start, count) { Float(Int32(bitPattern: $0)) }
            case .unsigned: numbers(UInt32.self, bytes, start, count) { Float($0) }
            }
        default:
            switch kind {
            case .floating: numbers(UInt64.self, bytes, start, count) { Float(Double(bitPattern: $0)) }
            case .signed: numbers(UInt64.self, bytes, start, count) { Float(Int64(bitPattern: $0)) }
            case .unsigned: numbers(UInt64.self, bytes, start, count) { Float($0) }
            }
        }
    }

    private func numbers<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ type: Bits.Type, _ bytes: RawSpan, _ start: Int, _ count: Int, _ number: (Bits) -> Float
    ) -> [Float] {
        var values = [Float](repeating: 0, count: count)
        for index in 0..<count {
            let bits = bytes.littleEndian(type, at: start + index * MemoryLayout<Bits>.size)
            values[index] = number(isBigEndian ? bits.byteSwapped : bits)
        }
        return values
    }

    /// IEEE 754 half precision. (Swift's Float16 is not there on x86.)
    static func half(_ bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let magnitude = UInt32(bits & 0x7FFF)
        if magnitude >= 0x7C00 { return Float(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13) }
        // Subnormal halves are normal floats: the scale by 2^112 rebiases both alike.
        return Float(bitPattern: sign | Float(bitPattern: magnitude << 13).scaled(by: 112).bitPattern)
    }
}

extension Float {
    fileprivate func scaled(by exponent: Int) -> Float { Float(sign: .plus, exponent: exponent, significand: self) }
}
