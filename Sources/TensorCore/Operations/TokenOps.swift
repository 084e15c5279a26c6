/// Cuts crops out of the input maps ([1, rows, columns, 3] each), turns every cell of `tokenSide` x `tokenSide` pixels
/// into a token, puts the class token in front and adds the position embedding: [crops, 1 + cells, width].
/// (timm: `PatchEmbed`, `VisionTransformer._pos_embed`.)
package struct EmbedPatches: Sendable, Hashable {
    package let crops: [Crop]
    /// The side of a crop in pixels.
    package let side: Int
    /// The side of a token's cell in pixels.
    package let tokenSide: Int
    /// [width, tokenSide, tokenSide, 3]
    package let weight: Weight
    /// [width]
    package let bias: Weight
    /// [width]
    package let classToken: Weight
    /// [1 + cells, width]
    package let position: Weight

    package init(
        crops: [Crop], side: Int, tokenSide: Int, weight: Weight, bias: Weight, classToken: Weight, position: Weight
    ) {
        self.crops = crops
        self.side = side
        self.tokenSide = tokenSide
        self.weight = weight
        self.bias = bias
        self.classToken = classToken
        self.position = position
    }

    package var tokenCount: Int { 1 + (side / tokenSide) * (side / tokenSide) }
}

/// Normalises each token to zero mean and unit (biased) variance, then scales and shifts.
package struct LayerNorm: Sendable, Hashable {
    /// [width]
    package let weight: Weight
    /// [width]
    package let bias: Weight
    package let epsilon: Float

    package init(weight: Weight, bias: Weight, epsilon: Float) {
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }
}

/// y = epilogue(x W^T) over the innermost axis.
package struct Linear: Sendable, Hashable {
    /// [outputs, inputs]
    package let weight: Weight
    package let epilogue: Epilogue

    package init(weight: Weight, epilogue: Epilogue) {
        self.weight = weight
        self.epilogue = epilogue
    }
}

/// softmax(q k^T / sqrt(head width)) v for every crop and head. The input [crops, tokens, 3 width] holds q, k and v one
/// after the other, each with its heads side by side; the output is [crops, tokens, width].
package struct Attention: Sendable, Hashable {
    package let headCount: Int

    package init(headCount: Int) { self.headCount = headCount }
}

/// Lays the token squares of one image's `side` x `side` crops out as a map, dropping the class token and, on every
/// edge that has a neighbour, `padding` rows or columns. (Depth Pro: `DepthProEncoder.merge`.)
package struct MergeTokens: Sendable, Hashable {
    /// A crop's place among the operation's inputs.
    package struct Source: Sendable, Hashable {
        package let input: Int
        package let crop: Int

        package init(input: Int, crop: Int) {
            self.input = input
            self.crop = crop
        }
    }

    /// Row-major over the grid of crops.
    package let sources: [Source]
    /// Crops along each edge of the grid.
    package let side: Int
    /// Tokens along each edge of a crop.
    package let tokensPerSide: Int
    package let padding: Int

    package init(sources: [Source], side: Int, tokensPerSide: Int, padding: Int) {
        self.sources = sources
        self.side = side
        self.tokensPerSide = tokensPerSide
        self.padding = padding
    }

    /// Rows and columns of the merged map.
    package var mapSide: Int { side * tokensPerSide - 2 * padding * (side - 1) }
}
