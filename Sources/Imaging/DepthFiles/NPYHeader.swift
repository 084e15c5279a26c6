/// The dictionary in front of a .npy file's elements, as Python writes it:
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
struct NPYHeader {
    let type: NumberType
    let isFortranOrder: Bool
    /// Sides that are not negative.
    let shape: [Int]

    init(_ bytes: ArraySlice<UInt8>, name: String) throws(ImagingError) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let descr = Self.value(of: "descr", in: text), let order = Self.value(of: "fortran_order", in: text),
            let tuple = Self.value(of: "shape", in: text), let shape = Self.shape(tuple)
        else { throw .corrupt(name: name, reason: "its header is no dictionary of descr, fortran_order and shape") }
        guard let type = NumberType(descr) else {
            throw .corrupt(
                name: name, reason: "its elements are of type \(descr.prefix(40)), not numbers; save float32 numbers")
        }
        guard order.hasPrefix("True") || order.hasPrefix("False") else {
            throw .corrupt(name: name, reason: "its header gives no order of the elements")
        }
        self.type = type
        isFortranOrder = order.hasPrefix("True")
        self.shape = shape
    }

    /// What follows a key and its colon.
    private static func value(of key: String, in text: String) -> Substring? {
        for quote in ["'", "\""] {
            guard let start = text.firstRange(of: quote + key + quote)?.upperBound else { continue }
            let rest = text[start...].drop { $0 == " " }
            if rest.first == ":" { return rest.dropFirst().drop { $0 == " " } }
        }
        return nil
    }

    /// The numbers between the parentheses of a tuple.
    private static func shape(_ text: Substring) -> [Int]? {
        guard text.first == "(", let end = text.firstIndex(of: ")") else { return nil }
        var shape: [Int] = []
        for part in text[text.index(after: text.startIndex)..<end].split(separator: ",") {
            guard let side = Int(part.filter { $0 != " " && $0 != "L" }), side >= 0 else { return nil }
            shape.append(side)
        }
        return shape
    }
}
