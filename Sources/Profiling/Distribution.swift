/// What repeated measurements of one thing say: order statistics, which a few disturbed runs do not move.
package struct Distribution: Sendable, Hashable {
    /// Ascending.
    private let values: [Double]

    /// - Parameter values: at least one.
    package init(_ values: [Double]) {
        precondition(!values.isEmpty, "nothing was measured")
        self.values = values.sorted()
    }

    package var count: Int { values.count }
    package var minimum: Double { values[0] }

    /// The middle value, or the mean of the two in the middle.
    package var median: Double {
        let middle = values.count / 2
        return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
    }

    /// The smallest value that so many percent of the values do not exceed: the nearest rank, an observed value. Of fewer
    /// than 100 values the 99th percentile is the greatest.
    package func percentile(_ percent: Double) -> Double {
        let rank = Int((percent / 100 * Double(values.count)).rounded(.up))
        return values[min(max(rank, 1), values.count) - 1]
    }

    /// The median of the distances from the median: how far measurements usually lie apart.
    package var medianAbsoluteDeviation: Double {
        let median = median
        return values.count == 1 ? 0 : Distribution(values.map { abs($0 - median) }).median
    }
}
