package import TensorCore

/// What a vision transformer needs to know besides its weights.
package struct VisionTransformerConfiguration: Sendable, Hashable {
    package var width: Int
    package var blockCount: Int
    package var headCount: Int
    /// Width of the hidden layer of each block's perceptron.
    package var hiddenWidth: Int
    /// Side of a token's cell in pixels.
    package var tokenSide: Int
    package var layerNormEpsilon: Float

    package init(
        width: Int, blockCount: Int, headCount: Int, hiddenWidth: Int, tokenSide: Int = 16,
        layerNormEpsilon: Float = 1e-6
    ) {
        self.width = width
        self.blockCount = blockCount
        self.headCount = headCount
        self.hiddenWidth = hiddenWidth
        self.tokenSide = tokenSide
        self.layerNormEpsilon = layerNormEpsilon
    }
}

/// A square of a map, to be encoded.
package struct CropSource: Sendable, Hashable {
    package let map: Value
    package let row: Int
    package let column: Int

    package init(map: Value, row: Int, column: Int) {
        self.map = map
        self.row = row
        self.column = column
    }
}

/// Tokens of a list of crops, in pieces of one micro-batch each: [crops of the piece, 1 + cells, width].
package struct CropTokens: Sendable {
    package let pieces: [Value]
    package let microBatch: Int

    /// The piece that holds a crop, and the crop's place in it.
    package func place(ofCrop crop: Int) -> (piece: Value, index: Int) {
        (pieces[crop / microBatch], crop % microBatch)
    }
}

/// A plain vision transformer with layer scale; mirrors timm's `VisionTransformer` as DINOv2 configures it.
package struct VisionTransformer {
    package let configuration: VisionTransformerConfiguration
    let scope: ModelScope

    package init(_ scope: ModelScope, _ configuration: VisionTransformerConfiguration) {
        self.scope = scope
        self.configuration = configuration
    }

    /// Encodes crops of `side` x `side` pixels, `microBatch` at a time.
    ///
    /// - Returns: the tokens after the final norm, and those after each of `hookBlocks` without it; of -1 the tokens that
    ///   the first block begins with.
    package func callAsFunction(
        _ crops: [CropSource], side: Int, microBatch: Int, hookBlocks: [Int] = []
    ) -> (final: CropTokens, hooks: [CropTokens]) {
        var final: [Value] = []
        var hooks = [[Value]](repeating: [], count: hookBlocks.count)
        for start in stride(from: 0, to: crops.count, by: microBatch) {
            var x = embed(Array(crops[start..<min(start + microBatch, crops.count)]), side: side)
            for block in -1..<configuration.blockCount {
                if block >= 0 { x = self.block(scope["blocks"][block], x) }
                for (hook, hookBlock) in hookBlocks.enumerated() where hookBlock == block { hooks[hook].append(x) }
            }
            final.append(scope.layerNorm("norm", x, epsilon: configuration.layerNormEpsilon))
        }
        return (
            CropTokens(pieces: final, microBatch: microBatch),
            hooks.map { CropTokens(pieces: $0, microBatch: microBatch) }
        )
    }

    private func embed(_ crops: [CropSource], side: Int) -> Value {
        let (width, tokenSide) = (configuration.width, configuration.tokenSide)
        let tokenCount = 1 + (side / tokenSide) * (side / tokenSide)
        let maps = crops.map(\.map).withoutRepetition
        let projection = scope["patch_embed"]["proj"]
        let kernel = projection.tensor("weight", [width, 3, tokenSide, tokenSide])
        let op = EmbedPatches(
            crops: crops.map { crop in
                Crop(input: maps.firstIndex(of: crop.map) ?? 0, row: crop.row, column: crop.column)
            },
            side: side, tokenSide: tokenSide,
            weight: .permuted(kernel, axes: [0, 2, 3, 1]),
            bias: projection.tensor("bias", [width]),
            classToken: .reshaped(scope.tensor("cls_token", [1, 1, width]), [width]),
            position: .reshaped(scope.tensor("pos_embed", [1, tokenCount, width]), [tokenCount, width]))
        return scope["patch_embed"].append(.embedPatches(op), maps)
    }

    /// timm: `Block.forward`.
    private func block(_ m: ModelScope, _ x: Value) -> Value {
        let epsilon = configuration.layerNormEpsilon
        let y = attention(m["attn"], m.layerNorm("norm1", x, epsilon: epsilon), scale: scale(m["ls1"]), residual: x)
        return perceptron(m["mlp"], m.layerNorm("norm2", y, epsilon: epsilon), scale: scale(m["ls2"]), residual: y)
    }

    private func attention(_ m: ModelScope, _ x: Value, scale: Weight, residual: Value) -> Value {
        let qkv = m.linear("qkv", x, outputs: 3 * configuration.width)
        let mixed = m.append(.attention(Attention(headCount: configuration.headCount)), qkv)
        return m.linear("proj", mixed, outputs: configuration.width, layerScale: scale, residual: residual)
    }

    private func perceptron(_ m: ModelScope, _ x: Value, scale: Weight, residual: Value) -> Value {
        let hidden = m.linear("fc1", x, outputs: configuration.hiddenWidth, activation: .gelu)
        return m.linear("fc2", hidden, outputs: configuration.width, layerScale: scale, residual: residual)
    }

    private func scale(_ m: ModelScope) -> Weight { m.tensor("gamma", [configuration.width]) }
}
