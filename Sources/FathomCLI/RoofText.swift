import Fathom

extension Profile.Roof {
    /// What the device did at best, in a line.
    var line: String {
        let gigabytes = { (rates: [Rate]) in
            rates.map { "\($0.name) \(decimal($0.perSecond / 1e9, 1))" }.joined(separator: ", ") + " GB/s"
        }
        let rates = ([arithmetic] + otherArithmetic).map { "\($0.name) \(decimal($0.perSecond / 1e9, 1)) GFLOP/s" }
        let cached = cache.isEmpty ? "" : "; cache: \(gigabytes(cache))"
        return "roof: \(rates.joined(separator: ", ")); memory: \(gigabytes(memory))\(cached)"
    }
}
