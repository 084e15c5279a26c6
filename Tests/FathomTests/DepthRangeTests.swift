import Fathom
import TestSupport
import Testing

@Suite("Nearest, median and farthest")
struct DepthRangeTests {
    /// Depths over all of 0.0001 ... 10 000, or crowded, or few values over and over.
    static let kinds: [(String, @Sendable (inout SeededGenerator) -> Float)] = [
        ("spread", { 1 / Float.random(in: 1e-4...1e4, using: &$0) }),
        ("within one upper half", { Float(bitPattern: 0x4120_0000 | UInt32.random(in: 0...0xFFFF, using: &$0)) }),
        ("around a bucket's edge", { Float(bitPattern: 0x411F_FFF0 + UInt32.random(in: 0...0x20, using: &$0)) }),
        ("duplicates", { Float(Int.random(in: 1...3, using: &$0)) }),
        ("equal", { _ in 7.25 }),
    ]

    @Test("equal those of the sorted depths", arguments: kinds.indices, [1, 2, 3, 4, 5, 1000, 1001, 65_537])
    func sorted(kind: Int, count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let metres = (0..<count).map { _ in Self.kinds[kind].1(&generator) }
        let sorted = metres.sorted()
        let range = DepthRange(metres)
        #expect(range.nearest == sorted.first)
        #expect(range.farthest == sorted.last)
        #expect(range.median == sorted[(count - 1) / 2], "\(Self.kinds[kind].0), \(count)")
    }

    @Test("of an estimate")
    func estimate() throws {
        let depth = try Fixture.mini.estimator().estimate(Fixture.mini.photograph())
        let sorted = depth.metres.sorted()
        #expect(depth.range.nearest == sorted.first && depth.range.farthest == sorted.last)
        #expect(depth.range.median == sorted[(sorted.count - 1) / 2])
        #expect(depth[row: 0, column: 0] == depth.metres[0])
        #expect(depth[row: 2, column: 5] == depth.metres[2 * depth.width + 5])
        #expect(depth[row: depth.height - 1, column: depth.width - 1] == depth.metres.last)
    }

    @Test("of nothing are zero")
    func empty() {
        let range = DepthRange([])
        #expect(range.nearest == 0 && range.median == 0 && range.farthest == 0)
    }
}
