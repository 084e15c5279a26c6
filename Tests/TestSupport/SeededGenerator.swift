package import TensorCore

/// What tests are made of by chance: the same numbers on every machine for the same seed.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var source: SplitMix64

    package init(seed: UInt64) { source = SplitMix64(seed: seed) }

    package mutating func next() -> UInt64 { source.next() }

    /// Values spread evenly over `range`.
    package mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }

    /// A float32 tensor with values spread evenly over `range`.
    package mutating func tensor(_ shape: Shape, in range: ClosedRange<Float> = -1...1) -> HostTensor {
        HostTensor(shape: shape, float32: floats(shape.elementCount, in: range))
    }

    /// An 8-bit RGB photograph of noise.
    package mutating func photograph(height: Int, width: Int) -> HostTensor {
        let bytes = (0..<(height * width * 3)).map { _ in UInt8.random(in: 0...255, using: &self) }
        return HostTensor(shape: [height, width, 3], uint8: bytes)
    }
}
