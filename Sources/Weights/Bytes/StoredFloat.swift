/// A floating-point format of checkpoints, and how sixteen of its values become float32.
///
/// Integer arithmetic on bits rather than the machine's conversion: plain x86-64 has none for half precision.
protocol StoredFloat {
    associatedtype Bits: FixedWidthInteger & UnsignedInteger & SIMDScalar & BitwiseCopyable
    where SIMD16<Bits>: BitwiseCopyable

    /// The bits of the float32 values. `flags` gets the top bit of every lane that holds a NaN or an infinity.
    static func widen(_ stored: SIMD16<Bits>, flags: inout SIMD16<Bits>) -> SIMD16<UInt32>
}

extension StoredFloat {
    /// A mask of the exponent plus its own lowest bit carries into the top bit exactly when all exponent bits are set.
    @inline(__always)
    static func exponentIsFull(_ stored: SIMD16<Bits>, exponent: Bits, unit: Bits) -> SIMD16<Bits> {
        (stored & SIMD16(repeating: exponent)) &+ SIMD16(repeating: unit)
    }
}

/// IEEE half precision: 1 sign, 5 exponent, 10 fraction bits.
enum HalfFormat: StoredFloat {
    @inline(__always)
    static func widen(_ stored: SIMD16<UInt16>, flags: inout SIMD16<UInt16>) -> SIMD16<UInt32> {
        flags |= exponentIsFull(stored, exponent: 0x7c00, unit: 0x0400)
        let wide = SIMD16<UInt32>(truncatingIfNeeded: stored)
        let magnitude = (wide & 0x7fff) &<< 13
        let sign = (wide & 0x8000) &<< 16
        // Exponent biases differ by 127 - 15. A subnormal m/1024 x 2^-14 is (1 + m/1024) x 2^-14 less 2^-14: exact,
        // and without float32 subnormals, which are slow and which a thread may be set to flush.
        let normal = magnitude &+ (112 << 23)
        let smallest = SIMD16<UInt32>(repeating: 113 << 23)
        let subnormal = ((magnitude | smallest).asFloats - smallest.asFloats).asBits
        // All ones where the exponent is 0: the difference is negative there. A choice by lanes of a mask type would
        // not become vector instructions.
        let isSubnormal = 0 &- ((magnitude &- (1 << 23)) &>> 31)
        return (normal ^ ((normal ^ subnormal) & isSubnormal)) | sign
    }
}

/// The upper half of a float32.
enum BrainFormat: StoredFloat {
    @inline(__always)
    static func widen(_ stored: SIMD16<UInt16>, flags: inout SIMD16<UInt16>) -> SIMD16<UInt32> {
        flags |= exponentIsFull(stored, exponent: 0x7f80, unit: 0x0080)
        return SIMD16<UInt32>(truncatingIfNeeded: stored) &<< 16
    }
}

/// Float32 itself.
enum SingleFormat: StoredFloat {
    @inline(__always)
    static func widen(_ stored: SIMD16<UInt32>, flags: inout SIMD16<UInt32>) -> SIMD16<UInt32> {
        flags |= exponentIsFull(stored, exponent: 0x7f80_0000, unit: 0x0080_0000)
        return stored
    }
}

/// Float64, rounded to nearest. A value beyond float32's range counts as not finite.
enum DoubleFormat: StoredFloat {
    @inline(__always)
    static func widen(_ stored: SIMD16<UInt64>, flags: inout SIMD16<UInt64>) -> SIMD16<UInt32> {
        let bits = SIMD16<Float>(stored.asDoubles).asBits
        let full = SingleFormat.exponentIsFull(bits, exponent: 0x7f80_0000, unit: 0x0080_0000)
        flags |= SIMD16<UInt64>(truncatingIfNeeded: full) &<< 32
        return bits
    }
}
