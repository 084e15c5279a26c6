package import TensorCore

/// Seeded random weights for a network whose speed is of interest and whose results mean nothing. Activations stay of
/// moderate size, so that they fit float16. Every value follows from the tensor's name and its index.
package struct RandomWeights: WeightSource {
    package let tensors: [String: TensorDescription]

    /// - Parameter weights: of a plan, by Apple's names.
    package init(for weights: [Weight]) {
        tensors = weights.flatMap(\.tensors).reduce(into: [:]) {
            $0[$1.name] = TensorDescription(shape: $1.shape, dataType: .float32)
        }
    }

    package func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let shape = tensors[name]?.shape else { throw .missing(name) }
        let (mean, deviation) = distribution(of: name, shape)
        // A uniform distribution on (-1, 1) has a variance of 1/3.
        let scale = deviation * Float(3).squareRoot() / 0x1p31
        // FNV-1a, then a xorshift (Marsaglia, "Xorshift RNGs").
        var state = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } | 1
        for index in destination.indices {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            destination[index] = mean + scale * Float(Int32(truncatingIfNeeded: state >> 32))
        }
    }

    package func releaseMemory() {}

    private func distribution(of name: String, _ shape: Shape) -> (mean: Float, deviation: Float) {
        if name == "head.4.weight" { return (0, 0.02) }
        if name == "head.4.bias" { return (1, 0) }
        // The last layer of the field-of-view head gives degrees.
        if name.hasPrefix("fov.head."), name.hasSuffix(".bias"), shape == [1] { return (50, 0) }
        if name.hasSuffix(".gamma") { return (0.4, 0.1) }
        if name.hasSuffix("norm.weight") || name.hasSuffix("norm1.weight") || name.hasSuffix("norm2.weight") {
            return (1, 0.1)
        }
        if shape.rank == 1 || name.hasSuffix("cls_token") || name.hasSuffix("pos_embed") { return (0, 0.02) }
        if shape.rank == 2 { return (0, 0.02) }
        // A transposed convolution of stride 2, [inputs, outputs, 2, 2]: one tap reaches each output pixel.
        let isTransposed = shape.rank == 4 && shape[2] == 2 && shape[3] == 2
        let terms = isTransposed ? shape[0] : shape.elementCount / shape[0]
        return (0, 1 / Float(terms).squareRoot())
    }
}
