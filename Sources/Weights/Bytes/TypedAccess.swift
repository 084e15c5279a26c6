/// The module's only unsafe operations. Each checks its bounds; what the language cannot know is that any bits are
/// a value of the type, which holds for fixed-width integers, vectors of them, and floating point.

extension RawSpan {
    /// The little-endian integer at a byte offset of any alignment.
    @inline(__always)
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type, at byteOffset: Int) -> Integer {
        // Proof: every bit pattern is an integer; the span checks the range.
        Integer(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: byteOffset, as: type))
    }

    /// Sixteen consecutive integers at a byte offset of any alignment.
    @inline(__always)
    func vector<Integer: FixedWidthInteger & SIMDScalar>(
        of type: Integer.Type, at byteOffset: Int
    ) -> SIMD16<Integer> where SIMD16<Integer>: BitwiseCopyable {
        // Proof: every bit pattern is a vector of integers; the span checks the range.
        unsafe unsafeLoadUnaligned(fromByteOffset: byteOffset, as: SIMD16<Integer>.self)
    }
}

extension RawSpan {
    /// A copy of all bytes.
    var bytes: [UInt8] { byteOffsets.map { integer(UInt8.self, at: $0) } }
}

extension MutableSpan<Float> {
    /// Stores sixteen floats, given as their bits, from element `index` on.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func store(_ bits: SIMD16<UInt32>, at index: Int) {
        precondition(index >= 0 && index + bits.scalarCount <= count, "sixteen floats do not fit here")
        // Proof: every bit pattern is a Float; the range was checked.
        unsafe withUnsafeMutableBytes { bytes in
            unsafe bytes.storeBytes(of: bits, toByteOffset: index * MemoryLayout<Float>.stride, as: type(of: bits))
        }
    }
}

extension SIMD16<UInt32> {
    /// The vector whose lanes have these bits.
    @inline(__always)
    var asFloats: SIMD16<Float> {
        // Proof: both are sixteen lanes of 32 bits, and every bit pattern is a Float.
        unsafe unsafeBitCast(self, to: SIMD16<Float>.self)
    }
}

extension SIMD16<Float> {
    /// The bits of each lane.
    @inline(__always)
    var asBits: SIMD16<UInt32> {
        // Proof: both are sixteen lanes of 32 bits, and every bit pattern is an integer.
        unsafe unsafeBitCast(self, to: SIMD16<UInt32>.self)
    }
}

extension SIMD16<UInt64> {
    /// The vector whose lanes have these bits.
    @inline(__always)
    var asDoubles: SIMD16<Double> {
        // Proof: both are sixteen lanes of 64 bits, and every bit pattern is a Double.
        unsafe unsafeBitCast(self, to: SIMD16<Double>.self)
    }
}
