/// What a prediction may be given before it is measured; the published tables of metric models give it nothing.
package enum Alignment: String, Sendable, Hashable, CaseIterable {
    /// The prediction counts as it is.
    case none
    /// A factor: the median of the truth over that of the prediction.
    case median
    /// Scale and shift of inverse depth by least squares, as MiDaS does (arXiv 1907.01341).
    case leastSquares = "least-squares"
}

/// What predicted numbers are.
package enum PredictionKind: String, Sendable, Hashable, CaseIterable {
    /// Metres, or depths of unknown scale.
    case depth
    /// 1/m, or inverse depths of unknown scale and shift, as relative models give them.
    case inverseDepth = "inverse-depth"
}

/// A prediction brought to metres: a factor on depth, or scale and shift on inverse depth.
package enum AlignmentFit: Sendable, Equatable {
    /// depth = factor × predicted depth.
    case factor(Double)
    /// 1 / depth = max(scale × predicted inverse depth + shift, 1 / farthest).
    case inverse(scale: Double, shift: Double, farthest: Double)

    /// Aligned metres of a predicted depth; NaN stays NaN.
    package func metres(_ depth: Double) -> Double {
        switch self {
        case .factor(let factor): factor * depth
        case .inverse(let scale, let shift, let farthest):
            depth.isNaN ? .nan : 1 / max(scale / depth + shift, 1 / farthest)
        }
    }
}

extension Alignment {
    /// Fits a prediction to the truth. Pairs whose prediction is not positive and finite take no part; the truths are
    /// valid ones.
    ///
    /// - Returns: nil when no pair is left.
    package func fit(predictions: [Double], truths: [Double], farthest: Double) -> AlignmentFit? {
        let pairs = zip(predictions, truths).filter { $0.0 > 0 && $0.0 < .infinity }
        switch self {
        case .none: return .factor(1)
        case .median:
            guard let predicted = Self.median(pairs.map(\.0)), let truth = Self.median(pairs.map(\.1)) else {
                return nil
            }
            return .factor(truth / predicted)
        case .leastSquares:
            guard !pairs.isEmpty else { return nil }
            return Self.leastSquares(pairs.map { (1 / $0.0, 1 / $0.1) }, farthest: farthest)
        }
    }

    /// The middle value, or the mean of the two middle ones, as `numpy.median`.
    package static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The scale and shift that bring `y` closest to `g`, of pairs (y, g). When all y are the same, the shift alone.
    private static func leastSquares(_ pairs: [(Double, Double)], farthest: Double) -> AlignmentFit {
        let n = Double(pairs.count)
        let meanY = pairs.reduce(0) { $0 + $1.0 } / n
        let meanG = pairs.reduce(0) { $0 + $1.1 } / n
        // Centred sums: the textbook determinant of sums cancels where values differ little.
        let variance = pairs.reduce(0) { $0 + ($1.0 - meanY) * ($1.0 - meanY) }
        let covariance = pairs.reduce(0) { $0 + ($1.0 - meanY) * ($1.1 - meanG) }
        let scale = variance > 0 ? covariance / variance : 0
        return .inverse(scale: scale, shift: meanG - scale * meanY, farthest: farthest)
    }
}
