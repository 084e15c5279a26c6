import TensorCore

/// A weight as matrices of products: [matrices, columns, taps, channels].
struct ProductShape: Hashable {
    let matrixCount: Int
    let columnCount: Int
    let tapCount: Int
    /// Neighbouring elements of the input that a tap reads.
    let channelCount: Int
}

extension Op {
    /// The weight that the operation's product multiplies with, and its shape; nil for operations without a product.
    var productWeight: (weight: Weight, shape: ProductShape)? {
        switch self {
        case .embedPatches(let op):
            // A tap is a line of a token's cell, three channels of every pixel.
            let (width, side) = (op.weight.shape[0], op.tokenSide)
            return (
                op.weight,
                ProductShape(matrixCount: 1, columnCount: width, tapCount: side, channelCount: 3 * side)
            )
        case .linear(let op):
            let shape = op.weight.shape
            return (
                op.weight,
                ProductShape(matrixCount: 1, columnCount: shape[0], tapCount: 1, channelCount: shape[1])
            )
        case .conv2D(let op):
            let kernel = op.weight.shape
            return (
                op.weight,
                ProductShape(
                    matrixCount: 1, columnCount: kernel[0], tapCount: kernel[1] * kernel[2], channelCount: kernel[3])
            )
        case .upsampleConv(let op):
            let shape = op.weight.shape
            return (
                op.weight,
                ProductShape(matrixCount: 4, columnCount: shape[2], tapCount: 1, channelCount: shape[3])
            )
        case .subpixelConv(let op):
            let shape = op.weight.shape
            return (
                op.weight,
                ProductShape(matrixCount: 4, columnCount: shape[2], tapCount: 4, channelCount: shape[5])
            )
        case .prepareImage, .downsample, .layerNorm, .attention, .mergeTokens, .concatenate:
            return nil
        }
    }
}

extension Node {
    /// What the node's product multiplies in a plan of the given arithmetic. In 8 bits run the linear maps of tokens
    /// alone: they are most of the work, and what they add to is kept wide. The decoder's maps, whose last is the depth
    /// itself, stay in bfloat16.
    func arithmetic(in plan: Plan, within arithmetic: Arithmetic) -> Arithmetic {
        guard arithmetic == .int8 else { return arithmetic }
        if case .linear = op, plan.shape(inputs[0]).rank == 3 { return .int8 }
        return .bfloat16
    }
}
