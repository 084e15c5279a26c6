/// Scale-invariant boundary F1 of two depth maps (Depth Pro, arXiv 2410.02073, section 4 and its published code).
///
/// Two neighbours lie on a boundary when the ratio of their inverse depths exceeds a threshold. Ten thresholds from 1.05
/// to 1.25 are weighted in proportion to themselves, and the four directions (right, left, bottom, top neighbour is
/// nearer) count a quarter each, even where one has no boundary: a map without boundaries scores 0.
package enum BoundaryF1 {
    /// The ratios that make a boundary.
    package static let thresholds: [Double] = {
        let step = (1.25 - 1.05) / 9
        return (0..<9).map { 1.05 + Double($0) * step } + [1.25]
    }()

    /// The share of each threshold in the result; they add up to 1.
    package static let weights: [Double] = {
        let sum = thresholds.reduce(0, +)
        return thresholds.map { $0 / sum }
    }()

    /// The score, between 0 and 1. Both maps have the same size; pairs with an unknown depth (NaN) are no boundary.
    package static func score(prediction: DepthGrid, truth: DepthGrid) -> Double {
        let counts = BoundaryCounts(prediction: prediction, truth: truth)
        return thresholds.indices.reduce(0) { $0 + weights[$1] * counts.scores(threshold: $1).f1 }
    }

    /// Precision, recall and F1 at one threshold.
    package struct Scores: Sendable, Equatable {
        /// Predicted boundaries that are true.
        package let precision: Double
        /// True boundaries that were predicted.
        package let recall: Double
        /// Their harmonic mean; 0 when both are.
        package var f1: Double {
            precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
        }
    }

    /// Precision, recall and F1 at the threshold of an index.
    package static func scores(prediction: DepthGrid, truth: DepthGrid, threshold index: Int) -> Scores {
        BoundaryCounts(prediction: prediction, truth: truth).scores(threshold: index)
    }

    /// Inverse depth in 1/m, of which boundaries are ratios; NaN where the depth is.
    static func inverse(_ map: DepthGrid) -> [Double] { map.metres.map { $0.isNaN ? .nan : 1 / max($0, 1e-6) } }

    /// How many thresholds a ratio exceeds; none when it is NaN.
    @inline(__always)
    static func exceededCount(_ ratio: Double, _ thresholds: Span<Double>) -> Int {
        var count = 0
        while count < thresholds.count, ratio > thresholds[count] { count += 1 }
        return count
    }
}

/// Boundaries of both maps in one pass over all pairs of neighbours: thresholds ascend, so that how many of them a pair
/// exceeds tells the pair's part at each.
private struct BoundaryCounts {
    /// A pair exceeds none, some or all of the thresholds.
    private static let levelCount = BoundaryF1.thresholds.count + 1

    /// Pairs by direction, thresholds exceeded in the prediction, and in the truth.
    private var pairCounts = [Int](repeating: 0, count: 4 * levelCount * levelCount)

    init(prediction: DepthGrid, truth: DepthGrid) {
        precondition(prediction.width == truth.width && prediction.height == truth.height)
        let (width, height) = (truth.width, truth.height)
        let (predicted, actual) = (BoundaryF1.inverse(prediction), BoundaryF1.inverse(truth))
        let (p, g, thresholds) = (predicted.span, actual.span, BoundaryF1.thresholds.span)
        for row in 0..<height {
            for column in 0..<width {
                let index = row * width + column
                if column + 1 < width { count(p, g, index, index + 1, direction: 0, thresholds) }
                if row + 1 < height { count(p, g, index, index + width, direction: 2, thresholds) }
            }
        }
    }

    /// Counts a pair of neighbours in its two directions.
    @inline(__always)
    private mutating func count(
        _ p: Span<Double>, _ g: Span<Double>, _ first: Int, _ second: Int, direction: Int, _ thresholds: Span<Double>
    ) {
        let forwards = BoundaryF1.exceededCount(p[second] / p[first], thresholds)
        let trueForwards = BoundaryF1.exceededCount(g[second] / g[first], thresholds)
        pairCounts[(direction * Self.levelCount + forwards) * Self.levelCount + trueForwards] += 1
        let backwards = BoundaryF1.exceededCount(p[first] / p[second], thresholds)
        let trueBackwards = BoundaryF1.exceededCount(g[first] / g[second], thresholds)
        pairCounts[((direction + 1) * Self.levelCount + backwards) * Self.levelCount + trueBackwards] += 1
    }

    func scores(threshold index: Int) -> BoundaryF1.Scores {
        var (precision, recall) = (0.0, 0.0)
        for direction in 0..<4 {
            // Pairs beyond threshold i are those that exceed at least i + 1 of them.
            var (predicted, actual, both) = (0, 0, 0)
            for p in 0..<Self.levelCount {
                for g in 0..<Self.levelCount {
                    let count = pairCounts[(direction * Self.levelCount + p) * Self.levelCount + g]
                    if p > index { predicted += count }
                    if g > index { actual += count }
                    if p > index && g > index { both += count }
                }
            }
            precision += Double(both) / Double(max(predicted, 1)) / 4
            recall += Double(both) / Double(max(actual, 1)) / 4
        }
        return BoundaryF1.Scores(precision: precision, recall: recall)
    }
}
