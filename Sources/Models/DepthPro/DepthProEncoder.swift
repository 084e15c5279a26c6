package import TensorCore

/// The features of one image, the finest first, before they are upsampled.
package struct EncodedImage: Sendable {
    /// Merged tokens of the two hooks, [1, 4t, 4t, width] with t tokens along a patch.
    package let latents: [Value]
    /// Merged final tokens of the three pyramid levels: [1, 4t, 4t, width], [1, 2t, 2t, width], [1, t, t, width].
    package let pyramid: [Value]
    /// Final tokens of the image encoder, [1, t, t, width].
    package let image: Value
}

/// Encodes the patches of a pyramid and the whole image; mirrors Depth Pro's `DepthProEncoder`.
package struct DepthProEncoder {
    let scope: ModelScope
    let configuration: DepthProConfiguration

    package init(_ scope: ModelScope, _ configuration: DepthProConfiguration) {
        self.scope = scope
        self.configuration = configuration
    }

    /// Encodes all images together, `microBatch` crops at a time.
    package func encode(_ pyramids: [ImagePyramid], microBatch: Int) -> [EncodedImage] {
        let side = configuration.patchSide
        let patchEncoder = VisionTransformer(scope["patch_encoder"], configuration.patchEncoder)
        let imageEncoder = VisionTransformer(scope["image_encoder"], configuration.imageEncoder)
        let patches = patchEncoder(
            pyramids.flatMap { $0.crops(side: side) }, side: side, microBatch: microBatch,
            hookBlocks: configuration.hookBlocks)
        let images = imageEncoder(pyramids.map(\.wholeImage), side: side, microBatch: microBatch)

        let patchesPerImage = PyramidLevel.totalPatchCount
        return pyramids.indices.map { image in
            let first = image * patchesPerImage
            return EncodedImage(
                latents: patches.hooks.map { merge($0, level: PyramidLevel.all[0], firstCrop: first) },
                pyramid: PyramidLevel.all.indices.map { index in
                    let before = PyramidLevel.all[..<index].reduce(0) { $0 + $1.patchCount }
                    return merge(patches.final, level: PyramidLevel.all[index], firstCrop: first + before)
                },
                image: merge(images.final, level: PyramidLevel.all[2], firstCrop: image))
        }
    }

    private func merge(_ tokens: CropTokens, level: PyramidLevel, firstCrop: Int) -> Value {
        scope["merge"].mergeTokens(
            tokens, crops: firstCrop..<(firstCrop + level.patchCount), tokensPerSide: configuration.tokensPerSide,
            padding: level.padding(tokensPerSide: configuration.tokensPerSide))
    }

    /// Brings the features to the decoder's levels, the finest first: sides 32t, 16t, 8t, 4t, 2t.
    package func upsample(_ encoded: EncodedImage) -> [Value] {
        let (latents, pyramid) = (configuration.latentWidths, configuration.pyramidWidths)
        let fine = [
            upsample("upsample_latent0", encoded.latents[0], between: latents[0], outputs: latents[0], layers: 3),
            upsample(
                "upsample_latent1", encoded.latents[1], between: configuration.fusionWidth, outputs: latents[1],
                layers: 2),
            upsample("upsample0", encoded.pyramid[0], between: pyramid[0], outputs: pyramid[0], layers: 1),
            upsample("upsample1", encoded.pyramid[1], between: pyramid[1], outputs: pyramid[1], layers: 1),
        ]
        let coarse = upsample("upsample2", encoded.pyramid[2], between: pyramid[2], outputs: pyramid[2], layers: 1)
        let image = scope.upsampleConv("upsample_lowres", encoded.image, outputs: pyramid[2], hasBias: true)
        let both = scope["fuse_lowres"].append(.concatenate, coarse, image)
        return fine + [scope.conv1x1("fuse_lowres", both, outputs: pyramid[2], hasBias: true)]
    }

    /// Depth Pro: `_create_project_upsample_block`; there is no activation anywhere in it.
    private func upsample(_ name: String, _ x: Value, between: Int, outputs: Int, layers: Int) -> Value {
        let m = scope[name]
        let projected = m.conv1x1("0", x, outputs: between, hasBias: false)
        return (1...layers).reduce(projected) { m.upsampleConv(String($1), $0, outputs: outputs, hasBias: false) }
    }
}

extension ModelScope {
    /// Lays the tokens of a square of crops out as a map.
    package func mergeTokens(_ tokens: CropTokens, crops: Range<Int>, tokensPerSide: Int, padding: Int) -> Value {
        let places = crops.map { tokens.place(ofCrop: $0) }
        let pieces = places.map(\.piece).withoutRepetition
        let op = MergeTokens(
            sources: places.map { place in
                MergeTokens.Source(input: pieces.firstIndex(of: place.piece) ?? 0, crop: place.index)
            },
            side: Int(Double(crops.count).squareRoot()), tokensPerSide: tokensPerSide, padding: padding)
        return append(.mergeTokens(op), pieces)
    }
}
