package import TensorCore

extension Float {
    /// The nearest number that bfloat16 holds, ties to even.
    package var roundedToBFloat16: Float {
        isNaN ? self : Float(bitPattern: (bitPattern + 0x7fff + (bitPattern >> 16 & 1)) & 0xffff_0000)
    }
}

extension DataType {
    /// How far the nearest number that it holds may be off, as a share of the number: half a unit in the last place.
    package var greatestRounding: Double {
        switch self {
        case .bfloat16: 0x1p-8
        case .float16: 0x1p-11
        default: 0x1p-24
        }
    }
}
