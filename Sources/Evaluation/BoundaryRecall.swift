/// Scale-invariant boundary recall of a depth map against a mask of the foreground (Depth Pro, section 4): true
/// boundaries are those of the mask, nearer inside. Predicted boundaries are thinned to the strongest of each run, so that
/// a blurred edge does not find what a sharp one would.
package enum BoundaryRecall {
    /// Scores a prediction.
    ///
    /// - Parameters:
    ///   - prediction: depths; pairs with an unknown depth (NaN) are no boundary.
    ///   - isForeground: row by row, as many as the prediction has pixels.
    /// - Returns: the score, between 0 and 1.
    package static func score(prediction: DepthGrid, isForeground: [Bool]) -> Double {
        precondition(isForeground.count == prediction.metres.count)
        let lines = lines(prediction, isForeground)
        return zip(BoundaryF1.thresholds, BoundaryF1.weights).reduce(0) { sum, pair in
            sum + pair.1 * recall(lines, threshold: pair.0)
        }
    }

    /// Ratios of neighbours along one row or column in one direction, and whether each pair is a true boundary.
    private struct Line {
        let direction: Int
        let ratios: [Double]
        let isTrue: [Bool]
    }

    private static func lines(_ prediction: DepthGrid, _ mask: [Bool]) -> [Line] {
        let (width, height) = (prediction.width, prediction.height)
        let inverse = BoundaryF1.inverse(prediction)
        let rows = (0..<height).flatMap { row in
            pair((0..<width).map { row * width + $0 }, inverse, mask, direction: 0)
        }
        let columns = (0..<width).flatMap { column in
            pair((0..<height).map { $0 * width + column }, inverse, mask, direction: 2)
        }
        return rows + columns
    }

    /// A row or column in both of its directions.
    private static func pair(_ indices: [Int], _ inverse: [Double], _ mask: [Bool], direction: Int) -> [Line] {
        let neighbours = zip(indices, indices.dropFirst())
        return [
            Line(
                direction: direction, ratios: neighbours.map { inverse[$1] / inverse[$0] },
                isTrue: neighbours.map { mask[$1] && !mask[$0] }),
            Line(
                direction: direction + 1, ratios: neighbours.map { inverse[$0] / inverse[$1] },
                isTrue: neighbours.map { mask[$0] && !mask[$1] }),
        ]
    }

    private static func recall(_ lines: [Line], threshold: Double) -> Double {
        var hits = [0, 0, 0, 0]
        var totals = [0, 0, 0, 0]
        for line in lines {
            for (index, isTrue) in line.isTrue.enumerated() where isTrue {
                totals[line.direction] += 1
                if isStrongest(index, of: line.ratios, threshold) { hits[line.direction] += 1 }
            }
        }
        return zip(hits, totals).reduce(0) { $0 + Double($1.0) / Double(max($1.1, 1)) / 4 }
    }

    /// Whether a ratio is the first of the largest in its run of ratios beyond the threshold.
    private static func isStrongest(_ index: Int, of ratios: [Double], _ threshold: Double) -> Bool {
        let ratio = ratios[index]
        guard ratio > threshold else { return false }
        var before = index - 1
        while before >= 0, ratios[before] > threshold {
            if ratios[before] >= ratio { return false }
            before -= 1
        }
        var after = index + 1
        while after < ratios.count, ratios[after] > threshold {
            if ratios[after] > ratio { return false }
            after += 1
        }
        return true
    }
}
