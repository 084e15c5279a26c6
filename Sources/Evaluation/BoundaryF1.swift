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
    private struct Direction {
        var predicted = [Int](repeating: 0, count: 11)
        var true_ = [Int](repeating: 0, count: 11)
        var both = [Int](repeating: 0, count: 11)

        mutating func add(predicted prediction: Int, true truth: Int) {
            predicted[prediction] += 1
            true_[truth] += 1
            both[min(prediction, truth)] += 1
        }
    }

    private var directions = [Direction](repeating: Direction(), count: 4)

    init(prediction: DepthGrid, truth: DepthGrid) {
        precondition(prediction.width == truth.width && prediction.height == truth.height)
        let (width, height) = (truth.width, truth.height)
        let (p, g) = (BoundaryF1.inverse(prediction), BoundaryF1.inverse(truth))
        let thresholds = BoundaryF1.thresholds
        for row in 0..<height {
            for column in 0..<width {
                let index = row * width + column
                if column + 1 < width { add(p, g, index, index + 1, direction: 0, thresholds) }
                if row + 1 < height { add(p, g, index, index + width, direction: 2, thresholds) }
            }
        }
    }

    /// Counts a pair of neighbours in its two directions.
    private mutating func add(
        _ p: [Double], _ g: [Double], _ first: Int, _ second: Int, direction: Int, _ thresholds: [Double]
    ) {
        let thresholds = thresholds.span
        let predicted = BoundaryF1.exceededCount(p[second] / p[first], thresholds)
        let isTrue = BoundaryF1.exceededCount(g[second] / g[first], thresholds)
        directions[direction].add(predicted: predicted, true: isTrue)
        let reversePredicted = BoundaryF1.exceededCount(p[first] / p[second], thresholds)
        let reverseTrue = BoundaryF1.exceededCount(g[first] / g[second], thresholds)
        directions[direction + 1].add(predicted: reversePredicted, true: reverseTrue)
    }

    func scores(threshold index: Int) -> BoundaryF1.Scores {
        // Pairs beyond threshold i are those that exceed at least i + 1 of them.
        let beyond = { (counts: [Int]) in counts[(index + 1)...].reduce(0, +) }
        var (precision, recall) = (0.0, 0.0)
        for direction in directions {
            let hits = Double(beyond(direction.both))
            precision += hits / Double(max(beyond(direction.predicted), 1)) / 4
            recall += hits / Double(max(beyond(direction.true_), 1)) / 4
        }
        return BoundaryF1.Scores(precision: precision, recall: recall)
    }
}
