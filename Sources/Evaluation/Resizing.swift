extension DepthGrid {
    /// The map at another size: bilinear with half-pixel centres, edges repeated, as PyTorch's `interpolate` without
    /// aligned corners. A pixel that an unknown depth takes part in is NaN.
    package func resized(width newWidth: Int, height newHeight: Int) -> DepthGrid {
        guard newWidth != width || newHeight != height else { return self }
        let columns = Self.taps(from: width, to: newWidth)
        let rows = Self.taps(from: height, to: newHeight)
        var result: [Double] = []
        result.reserveCapacity(newWidth * newHeight)
        for row in rows {
            for column in columns {
                let upper = Self.mix(
                    value(row.first, column.first), value(row.first, column.second), column.weight)
                let lower = Self.mix(
                    value(row.second, column.first), value(row.second, column.second), column.weight)
                result.append(Self.mix(upper, lower, row.weight))
            }
        }
        return DepthGrid(width: newWidth, height: newHeight, metres: result)
    }

    private func value(_ row: Int, _ column: Int) -> Double {
        let metres = self[row, column]
        return Self.isKnown(metres) ? metres : .nan
    }

    /// The weighted mean of two depths; what has no weight takes no part, so that an infinite or unknown neighbour does
    /// no harm from afar.
    private static func mix(_ first: Double, _ second: Double, _ weight: Double) -> Double {
        weight == 0 ? first : weight == 1 ? second : (1 - weight) * first + weight * second
    }

    private struct Tap {
        let first: Int
        let second: Int
        /// The share of `second`.
        let weight: Double
    }

    private static func taps(from oldCount: Int, to newCount: Int) -> [Tap] {
        (0..<newCount).map { index in
            let position = max((Double(index) + 0.5) * Double(oldCount) / Double(newCount) - 0.5, 0)
            let first = min(Int(position), oldCount - 1)
            return Tap(
                first: first, second: min(first + 1, oldCount - 1),
                weight: first + 1 < oldCount ? position - Double(first) : 0)
        }
    }
}
