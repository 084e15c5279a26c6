/// The members of a JSON configuration with defaults and ranges; an absent member and null mean the default.
struct ConfigurationFields {
    /// No size of a model comes near.
    private static let countRange = 1...(1 << 20)
    private static let maximumListLength = 16

    private let members: [String: JSONValue]
    /// Where the members stand, for messages: empty, or `patch_model_config.`
    private let prefix: String

    init(_ members: [String: JSONValue], prefix: String = "") {
        self.members = members
        self.prefix = prefix
    }

    func fault(_ key: String, _ detail: String) -> FormatFault { .unsupported("\(prefix)\(key) \(detail)") }

    private func value(_ key: String) -> JSONValue? { members[key] == .null ? nil : members[key] }

    private func parsed<Value>(
        _ key: String, _ wanted: String, _ fallback: Value, _ parse: (JSONValue) -> Value?
    ) throws(FormatFault) -> Value {
        guard let stored = value(key) else { return fallback }
        guard let result = parse(stored) else { throw fault(key, "is not \(wanted)") }
        return result
    }

    func nested(_ key: String) throws(FormatFault) -> ConfigurationFields {
        ConfigurationFields(try parsed(key, "an object", [:], \.object), prefix: "\(prefix)\(key).")
    }

    func bool(_ key: String, default fallback: Bool) throws(FormatFault) -> Bool {
        try parsed(key, "true or false", fallback, \.bool)
    }

    func number(_ key: String, default fallback: Double) throws(FormatFault) -> Double {
        try parsed(key, "a number", fallback, \.double)
    }

    func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int) throws(FormatFault) -> Int {
        try parsed(key, "a whole number in \(range.lowerBound)...\(range.upperBound)", fallback) { value in
            value.integer.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func count(_ key: String, default fallback: Int) throws(FormatFault) -> Int {
        try integer(key, in: Self.countRange, default: fallback)
    }

    /// A side in pixels, written as one number or as two equal ones.
    func side(_ key: String, default fallback: Int) throws(FormatFault) -> Int {
        try parsed(key, "the side of a square in pixels", fallback) { value in
            let sides = (value.array ?? [value, value]).map(\.integer)
            guard sides.count == 2, let side = sides[0], side == sides[1], Self.countRange.contains(side) else {
                return nil
            }
            return side
        }
    }

    func integers(
        _ key: String, in range: ClosedRange<Int> = countRange, default fallback: [Int]
    ) throws(FormatFault) -> [Int] {
        let wanted = "a list of whole numbers in \(range.lowerBound)...\(range.upperBound)"
        let values = try parsed(key, wanted, fallback) { Self.list($0, of: \.integer) }
        guard values.allSatisfy(range.contains) else { throw fault(key, "is not \(wanted)") }
        return values
    }

    func numbers(_ key: String, default fallback: [Double]) throws(FormatFault) -> [Double] {
        try parsed(key, "a list of numbers", fallback) { Self.list($0, of: \.double) }
    }

    private static func list<Element>(_ value: JSONValue, of element: (JSONValue) -> Element?) -> [Element]? {
        guard let values = value.array, (1...maximumListLength).contains(values.count) else { return nil }
        let elements = values.compactMap(element)
        return elements.count == values.count ? elements : nil
    }

    /// Refuses every value but one.
    func require(_ key: String, _ wanted: String, default fallback: String) throws(FormatFault) {
        let found = try parsed(key, "a string", fallback, \.string)
        guard found == wanted else { throw fault(key, "is '\(found)'; only '\(wanted)' is supported") }
    }

    /// Refuses every value but one, which is also what absence means.
    func require(_ key: String, _ wanted: Bool) throws(FormatFault) {
        guard try bool(key, default: wanted) == wanted else { throw fault(key, "must be \(wanted)") }
    }
}
