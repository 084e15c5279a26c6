/// A constant operand of an operation, in the layout that kernels want: a checkpoint tensor, or exact algebra over
/// several of them. Expressions are evaluated once, when a plan is prepared (``Weight/evaluate(from:multiply:)``).
package indirect enum Weight: Sendable, Hashable {
    /// A tensor of the checkpoint by its name, with the shape that it must have.
    case tensor(String, Shape)
    /// The same elements under another shape.
    case reshaped(Weight, Shape)
    /// Axis `i` of the result is axis `axes[i]` of the operand.
    case permuted(Weight, axes: [Int])
    /// Columns of the innermost axis.
    case columns(Weight, Range<Int>)
    /// `left` [o, m] times every matrix of `right` [..., m, i]: [..., o, i].
    case product(Weight, Weight)
    /// Element by element.
    case sum(Weight, Weight)
    /// Some rows of the outermost axis multiplied by a number.
    case scaled(Weight, rows: Range<Int>, by: Float)
    /// A transposed 2x2 convolution of stride 2, [2, 2, m, i], followed by a 3x3 convolution of padding 1,
    /// [o, 3, 3, m], as one 2x2 convolution for each output phase: [2, 2, o, 2, 2, i]. See ``SubpixelConv``.
    case subpixel(conv: Weight, upsample: Weight)
    /// What the bias [m] of that transposed convolution adds behind the 3x3 convolution [o, 3, 3, m]. It depends on
    /// which of the nine taps lie inside the image: [3, 3, o] for first, inner and last row, then column.
    case subpixelBias(conv: Weight, upsampleBias: Weight)

    package var shape: Shape {
        switch self {
        case .tensor(_, let shape), .reshaped(_, let shape):
            shape
        case .permuted(let weight, let axes):
            Shape(axes.map { weight.shape[$0] })
        case .columns(let weight, let range):
            weight.shape.replacingChannels(with: range.count)
        case .product(let left, let right):
            Shape(right.shape.dimensions.dropLast(2) + [left.shape[0], right.shape.channels])
        case .sum(let left, _):
            left.shape
        case .scaled(let weight, _, _):
            weight.shape
        case .subpixel(let conv, let upsample):
            [2, 2, conv.shape[0], 2, 2, upsample.shape[3]]
        case .subpixelBias(let conv, _):
            [3, 3, conv.shape[0]]
        }
    }

    /// The checkpoint tensors that the expression reads, with their shapes.
    package var tensors: [(name: String, shape: Shape)] {
        switch self {
        case .tensor(let name, let shape):
            [(name, shape)]
        case .reshaped(let weight, _), .permuted(let weight, _), .columns(let weight, _), .scaled(let weight, _, _):
            weight.tensors
        case .product(let left, let right), .sum(let left, let right):
            left.tensors + right.tensors
        case .subpixel(let conv, let upsample):
            conv.tensors + upsample.tensors
        case .subpixelBias(let conv, let bias):
            conv.tensors + bias.tensors
        }
    }
}
