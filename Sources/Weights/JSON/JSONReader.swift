/// A strict JSON reader for untrusted text.
///
/// It differs from Foundation's in what a checkpoint's header needs: a repeated key is an error, integers are exact,
/// and the memory that a text can ask for is bounded by ``maximumValueCount``, its stack by ``maximumDepth``.
struct JSONReader {
    static let maximumDepth = 64
    static let maximumValueCount = 1 << 20

    private let bytes: [UInt8]
    private var position = 0
    private var valueCount = 0

    /// Parses a whole text; white space may surround the value.
    static func parse(_ bytes: [UInt8]) throws(FormatFault) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.fault("has text after its end") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func fault(_ detail: String) -> FormatFault { .damaged("the JSON \(detail), at byte \(position)") }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// Goes past `byte` if it comes next.
    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(FormatFault) {
        guard take(byte) else { throw fault("lacks a '\(Character(UnicodeScalar(byte)))'") }
    }

    private mutating func value(depth: Int) throws(FormatFault) -> JSONValue {
        guard depth < Self.maximumDepth else { throw fault("is nested deeper than \(Self.maximumDepth) levels") }
        valueCount += 1
        guard valueCount <= Self.maximumValueCount else {
            throw fault("holds more than \(Self.maximumValueCount) values")
        }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw fault("ends too early")
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(FormatFault) -> JSONValue {
        let letters = Array(word.description.utf8)
        guard bytes[position...].starts(with: letters) else { throw fault("has an unknown word") }
        position += letters.count
        return value
    }

    private mutating func array(depth: Int) throws(FormatFault) -> [JSONValue] {
        try expect(UInt8(ascii: "["))
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func object(depth: Int) throws(FormatFault) -> [String: JSONValue] {
        try expect(UInt8(ascii: "{"))
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipSpace()
            let key = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            let member = try value(depth: depth + 1)
            guard members.updateValue(member, forKey: key) == nil else { throw fault("repeats the key '\(key)'") }
            skipSpace()
            if take(UInt8(ascii: "}")) { return members }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func number() throws(FormatFault) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let firstDigit = position
        try digits()
        guard bytes[firstDigit] != UInt8(ascii: "0") || position == firstDigit + 1 else {
            throw fault("has a number with a leading zero")
        }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        // Only ASCII digits, signs, points and e got here.
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw fault("has a number out of range") }
        return .number(number)
    }

    private mutating func digits() throws(FormatFault) {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw fault("has an unexpected character") }
    }

    private mutating func string() throws(FormatFault) -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw fault("has a control character in a string")
            default: text.append(byte)
            }
        }
        throw fault("ends within a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(FormatFault) {
        guard let letter = next else { throw fault("ends within a string") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try unicodeEscape())
        default: throw fault("has an unknown escape")
        }
    }

    /// The UTF-8 of `XXXX` or of a surrogate pair `XXXX\uXXXX`.
    private mutating func unicodeEscape() throws(FormatFault) -> [UInt8] {
        let high = try codeUnit()
        var units = [high]
        if UTF16.isLeadSurrogate(high) {
            try expect(UInt8(ascii: "\\"))
            try expect(UInt8(ascii: "u"))
            units.append(try codeUnit())
        }
        guard let string = String(validating: units, as: UTF16.self) else { throw fault("has half a surrogate pair") }
        return Array(string.utf8)
    }

    private mutating func codeUnit() throws(FormatFault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw fault("has a broken \\u escape")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
