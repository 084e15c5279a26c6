/// Cross-correlation over a map with zero padding.
package struct Conv2D: Sendable, Hashable {
    /// [outputs, kernel rows, kernel columns, inputs]
    package let weight: Weight
    package let stride: Int
    package let padding: Int
    /// Applies max(x, 0) to the input while reading it: the pre-activation of a residual unit.
    package let rectifiesInput: Bool
    package let epilogue: Epilogue

    package init(weight: Weight, stride: Int = 1, padding: Int, rectifiesInput: Bool = false, epilogue: Epilogue) {
        self.weight = weight
        self.stride = stride
        self.padding = padding
        self.rectifiesInput = rectifiesInput
        self.epilogue = epilogue
    }
}

/// Transposed convolution with a 2 x 2 kernel and stride 2: every input pixel becomes four output pixels.
package struct UpsampleConv: Sendable, Hashable {
    /// [2, 2, outputs, inputs]: output row phase, output column phase.
    package let weight: Weight
    package let epilogue: Epilogue

    package init(weight: Weight, epilogue: Epilogue) {
        self.weight = weight
        self.epilogue = epilogue
    }
}

/// An ``UpsampleConv`` and the 3x3 convolution behind it in one: for output phase (a, b), a 2 x 2 convolution whose
/// tap (s, t) reads input row y + s + a - 1 and column x + t + b - 1.
package struct SubpixelConv: Sendable, Hashable {
    /// [2, 2, outputs, 2, 2, inputs]: output phase, output channel, tap, input channel.
    package let weight: Weight
    /// [3, 3, outputs]: the bias at the first, inner and last row and column of the output; added to the epilogue's.
    package let biasMap: Weight?
    package let epilogue: Epilogue

    package init(weight: Weight, biasMap: Weight?, epilogue: Epilogue) {
        self.weight = weight
        self.biasMap = biasMap
        self.epilogue = epilogue
    }
}
