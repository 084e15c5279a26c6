/// How one prediction is measured against the truth.
package struct DepthMeasurement: Sendable, Equatable {
    /// The depths that count.
    package var range: MetreRange
    /// The part of the image that counts; boundaries are those of the whole image.
    package var crop = Crop.none
    /// What the prediction is given first.
    package var alignment = Alignment.none
    /// What the predicted numbers are.
    package var predictionKind = PredictionKind.depth
    /// Whether boundary F1 is computed; it means something only where the truth is dense.
    package var hasBoundaries = true

    /// Depths to which both maps are limited before boundaries are looked for: the limits of Depth Pro's own output.
    /// Sky and what a network puts farther than any truth are then alike.
    package static let boundaryRange = MetreRange(1e-4, 1e4)

    /// Measures by the defaults within a range.
    package init(range: MetreRange) { self.range = range }

    /// Why a pair cannot be measured.
    package enum Failure: Error, Sendable, Equatable {
        /// The crop is not defined for this size.
        case crop(Crop, width: Int, height: Int)
        /// Nothing of the truth lies within the range and the crop.
        case noValidPixels
        /// No prediction where the truth is known, so that nothing can be aligned.
        case nothingToAlign
    }

    /// The figures of one prediction, resized to the truth's size where it has another.
    ///
    /// - Throws: when there is nothing to measure.
    package func scores(prediction: DepthGrid, truth: DepthGrid) throws(Failure) -> ImageScores {
        guard let area = crop.rectangle(width: truth.width, height: truth.height) else {
            throw .crop(crop, width: truth.width, height: truth.height)
        }
        var scores = ImageScores()
        if prediction.width != truth.width || prediction.height != truth.height {
            scores.resizedFrom = (prediction.width, prediction.height)
        }
        var predicted = prediction.resized(width: truth.width, height: truth.height)
        if predictionKind == .inverseDepth {
            predicted.metres = predicted.metres.map { $0.isNaN ? .nan : 1 / max($0, 0) }
        }
        let valid = validPixels(truth, area, &scores)
        guard !valid.isEmpty else { throw .noValidPixels }
        if alignment != .none {
            let fit = alignment.fit(
                predictions: valid.map { predicted.metres[$0] }, truths: valid.map { truth.metres[$0] },
                farthest: range.farthest)
            guard let fit else { throw .nothingToAlign }
            for index in predicted.metres.indices { predicted.metres[index] = fit.metres(predicted.metres[index]) }
        }

        var sum = DepthErrorSum()
        for pixel in valid {
            let metres = predicted.metres[pixel]
            if !(metres > 0 && metres < .infinity) { scores.invalidPredictionCount += 1 }
            sum.add(prediction: range.clamped(metres), truth: truth.metres[pixel])
        }
        if let errors = sum.errors { scores.set(errors) }
        if hasBoundaries { scores.values[.boundaryF1] = boundaryF1(predicted, truth) }
        return scores
    }

    /// The indices of pixels that count, and the counts of those that do not.
    private func validPixels(_ truth: DepthGrid, _ area: PixelRectangle, _ scores: inout ImageScores) -> [Int] {
        var valid: [Int] = []
        for row in area.rows {
            for column in area.columns {
                let metres = truth[row, column]
                if !DepthGrid.isKnown(metres) {
                    scores.unknownTruthCount += 1
                } else if range.contains(metres) {
                    valid.append(row * truth.width + column)
                } else {
                    scores.outOfRangeCount += 1
                }
            }
        }
        scores.validPixelCount = valid.count
        return valid
    }

    private func boundaryF1(_ prediction: DepthGrid, _ truth: DepthGrid) -> Double {
        let limits = Self.boundaryRange
        var (p, g) = (prediction, truth)
        for index in g.metres.indices {
            let isKnown = DepthGrid.isKnown(truth.metres[index])
            g.metres[index] = isKnown ? limits.clamped(truth.metres[index]) : .nan
            // A hole of the truth says nothing about the prediction there, and one of the prediction is no boundary.
            let isPredicted = isKnown && DepthGrid.isKnown(prediction.metres[index])
            p.metres[index] = isPredicted ? limits.clamped(prediction.metres[index]) : .nan
        }
        return BoundaryF1.score(prediction: p, truth: g)
    }
}
