/// Ways to damage a file, for fuzz tests: bits, bytes, lengths, large integers, numbers written as text, copied pieces.
package enum Mutation {
    /// The bytes with one to three changes.
    package static func mutate(
        _ bytes: [UInt8], _ generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty { change(&bytes, &generator) }
        return bytes
    }

    private static func change(_ bytes: inout [UInt8], _ generator: inout some RandomNumberGenerator) {
        let position = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[position] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.removeLast(bytes.count - position)
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        case 4: bytes.remove(at: position)
        case 5: overwrite(&bytes, at: position, with: hugeIntegers.randomElement(using: &generator) ?? 0)
        case 6: replaceDigits(&bytes, from: position, &generator)
        default: copy(&bytes, to: position, &generator)
        }
    }

    private static let hugeIntegers: [UInt64] = [
        .max, 1 << 63, 1 << 60, 1 << 32, 1 << 31, 0xffff_ffff, 0xffff, 0, 0x7fff_ffff_ffff_ffff,
    ]

    private static func overwrite(_ bytes: inout [UInt8], at position: Int, with value: UInt64) {
        for offset in 0..<8 where position + offset < bytes.count {
            bytes[position + offset] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(offset)))
        }
    }

    /// Puts another number in place of the next one that stands there as text.
    private static func replaceDigits(
        _ bytes: inout [UInt8], from position: Int, _ generator: inout some RandomNumberGenerator
    ) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = bytes[position...].firstIndex(where: digits.contains) else { return }
        let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.endIndex
        let texts = ["-1", "0", "1e9", "9223372036854775807", "18446744073709551616", "4294967296", "3.5", "1e400"]
        bytes.replaceSubrange(start..<end, with: Array((texts.randomElement(using: &generator) ?? "").utf8))
    }

    private static func copy(
        _ bytes: inout [UInt8], to position: Int, _ generator: inout some RandomNumberGenerator
    ) {
        let source = Int.random(in: bytes.indices, using: &generator)
        let count = min(Int.random(in: 1...40, using: &generator), bytes.count - max(source, position))
        bytes.replaceSubrange(position..<position + count, with: Array(bytes[source..<source + count]))
    }
}
