package import TensorCore

/// One level of the image pyramid and how it is cut into patches.
package struct PyramidLevel: Sendable, Hashable {
    /// Patches along each edge.
    package let patchesPerSide: Int
    /// The share of a patch that its neighbour sees too.
    package let overlap: Double

    package init(patchesPerSide: Int, overlap: Double) {
        self.patchesPerSide = patchesPerSide
        self.overlap = overlap
    }

    /// The image at full, half and quarter size.
    package static let all = [
        PyramidLevel(patchesPerSide: 5, overlap: 0.25),
        PyramidLevel(patchesPerSide: 3, overlap: 0.5),
        PyramidLevel(patchesPerSide: 1, overlap: 0),
    ]

    /// Patches of a photograph: 25 + 9 + 1.
    package static let totalPatchCount = all.reduce(0) { $0 + $1.patchCount }

    package var patchCount: Int { patchesPerSide * patchesPerSide }

    /// Tokens to drop at an edge that has a neighbour, so that the merged patches tile the level.
    package func padding(tokensPerSide: Int) -> Int { Int(Double(tokensPerSide) * overlap / 2) }

    /// The patches of `side` pixels, row by row.
    package func crops(of map: Value, side: Int) -> [CropSource] {
        let stride = Int(Double(side) * (1 - overlap))
        return (0..<patchCount).map { patch in
            CropSource(
                map: map, row: patch / patchesPerSide * stride, column: patch % patchesPerSide * stride)
        }
    }
}

/// The network's view of one photograph at full, half and quarter size.
package struct ImagePyramid: Sendable {
    /// Finest first: [1, side, side, 3] each, in [-1, 1].
    package let levels: [Value]

    package init(_ scope: ModelScope, photograph: Value, side: Int) {
        let image = scope.append(.prepareImage(PrepareImage(side: side)), photograph)
        levels = [
            image,
            scope.append(.downsample(Downsample(factor: 2)), image),
            scope.append(.downsample(Downsample(factor: 4)), image),
        ]
    }

    /// Every patch of the pyramid: 25 of the full image, 9 of its half, 1 of its quarter.
    package func crops(side: Int) -> [CropSource] {
        zip(PyramidLevel.all, levels).flatMap { $0.crops(of: $1, side: side) }
    }

    /// The whole image at the size of one patch.
    package var wholeImage: CropSource { CropSource(map: levels[2], row: 0, column: 0) }
}
