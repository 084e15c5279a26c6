package import Testing

/// Expects every element to lie within `absolute + relative * |expected|` of the expected one. A NaN is close to
/// nothing but a NaN. The first few failures are reported with their index.
package func expectClose(
    _ actual: [Float], _ expected: [Double], absolute: Double, relative: Double = 0, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record("\(what): \(actual.count) elements, not \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    var failures = 0
    for (index, (found, wanted)) in zip(actual, expected).enumerated() {
        let error = abs(Double(found) - wanted)
        let isSame = Double(found) == wanted || (found.isNaN && wanted.isNaN)
        guard !isSame && !(error <= absolute + relative * abs(wanted)) else { continue }
        failures += 1
        guard failures <= 3 else { continue }
        Issue.record(
            "\(what) [\(index)] is \(found), expected \(wanted), error \(error)", sourceLocation: sourceLocation)
    }
    if failures > 3 {
        Issue.record("\(what): \(failures) of \(actual.count) elements are off", sourceLocation: sourceLocation)
    }
}

/// How far a float32 sum of `depth` products of values within -1 ... 1 may be off. A partial sum of k terms is about
/// sqrt(k) / 3 and is rounded to 2^-24 of itself, so that the random walk over all roundings has a standard deviation of
/// about 2^-24 depth / 7. Among 1e5 sums the worst grows to several times that, and starts from a sum several times
/// larger: fourteen deviations, and a few units for the epilogue.
package func productTolerance(depth: Int) -> Double { 0x1p-24 * (16 + 2 * Double(depth)) }
