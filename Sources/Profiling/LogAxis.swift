import Foundation

/// A logarithmic axis from one place in a picture to another.
struct LogAxis {
    let range: ClosedRange<Double>
    let start: Double
    let end: Double

    /// The place of a value in pixels; values beyond the range lie beyond the axis.
    func position(_ value: Double) -> Double {
        start + (end - start) * (log10(value) - log10(range.lowerBound)) / span
    }

    private var span: Double { log10(range.upperBound) - log10(range.lowerBound) }

    /// 1, 2 and 5 times powers of ten inside the range; only powers of ten where that would be too many.
    var ticks: [Double] {
        let steps: [Double] = span > 3.2 ? [1] : [1, 2, 5]
        let first = Int(log10(range.lowerBound).rounded(.down))
        let last = Int(log10(range.upperBound).rounded(.up))
        return (first...last).flatMap { power in steps.map { $0 * pow(10, Double(power)) } }.filter(range.contains)
    }

    /// The lines between ticks: every multiple of a power of ten inside the range.
    var fineTicks: [Double] {
        let first = Int(log10(range.lowerBound).rounded(.down))
        let last = Int(log10(range.upperBound).rounded(.up))
        return (first...last).flatMap { power in (1...9).map { Double($0) * pow(10, Double(power)) } }.filter(
            range.contains)
    }
}
