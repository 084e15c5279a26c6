import Foundation

/// The errors of one depth map over its valid pixels, as Eigen et al. 2014 and all who came after define them. With the
/// truth g, the prediction p, r = max(g/p, p/g) and e = ln p - ln g.
package struct DepthErrors: Sendable, Equatable {
    /// Share of pixels with r < 1.25.
    package let delta1: Double
    /// Share of pixels with r < 1.25².
    package let delta2: Double
    /// Share of pixels with r < 1.25³.
    package let delta3: Double
    /// Mean of |g - p| / g.
    package let absRel: Double
    /// Mean of (g - p)² / g, metres.
    package let sqRel: Double
    /// Root of the mean of (g - p)², metres.
    package let rmse: Double
    /// Root of the mean of e².
    package let rmseLog: Double
    /// Mean of |log10 p - log10 g|.
    package let log10: Double
    /// 100 times the standard deviation of e.
    package let siLog: Double
}

/// Sums over the pixels of one map; each sum is a double, which holds the mean of a billion pixels to ten digits.
package struct DepthErrorSum: Sendable {
    /// Pixels so far.
    package private(set) var count = 0
    private var within = (0, 0, 0)
    private var absolute = 0.0
    private var squareRelative = 0.0
    private var square = 0.0
    private var logarithm = 0.0
    private var absoluteLogarithm = 0.0
    private var squareLogarithm = 0.0

    /// No pixels yet.
    package init() {}

    /// Takes in one pixel; both depths are positive and finite.
    package mutating func add(prediction: Double, truth: Double) {
        count += 1
        let ratio = max(truth / prediction, prediction / truth)
        if ratio < 1.25 { within.0 += 1 }
        if ratio < 1.5625 { within.1 += 1 }
        if ratio < 1.953125 { within.2 += 1 }
        let difference = truth - prediction
        absolute += abs(difference) / truth
        squareRelative += difference * difference / truth
        square += difference * difference
        let error = log(prediction) - log(truth)
        logarithm += error
        absoluteLogarithm += abs(error)
        squareLogarithm += error * error
    }

    /// The means; nil without pixels.
    package var errors: DepthErrors? {
        guard count > 0 else { return nil }
        let n = Double(count)
        let mean = logarithm / n
        return DepthErrors(
            delta1: Double(within.0) / n, delta2: Double(within.1) / n, delta3: Double(within.2) / n,
            absRel: absolute / n, sqRel: squareRelative / n, rmse: (square / n).squareRoot(),
            rmseLog: (squareLogarithm / n).squareRoot(), log10: absoluteLogarithm / n / log(10),
            siLog: 100 * max(squareLogarithm / n - mean * mean, 0).squareRoot())
    }
}
