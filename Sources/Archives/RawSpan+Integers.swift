extension RawSpan {
    /// The little-endian integer at a byte offset of any alignment; an offset beyond the span traps.
    @inlinable
    package func littleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type, at byteOffset: Int
    ) -> Integer {
        // Proof: every bit pattern is an integer; the span checks the range.
        Integer(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: byteOffset, as: type))
    }
}
