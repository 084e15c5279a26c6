/// What a race says of the candidates for a shape.
struct RaceResult {
    /// What they compete with.
    let baseline: TunedCuts.Cut
    /// Median seconds of the baseline, for so many floating-point operations.
    let baselineSeconds: Double
    let flopCount: Int
    /// Those that were not given up, the fastest first; the baseline is always among them.
    let ranking: [TunedCuts.Cut]
    /// Candidates that were timed.
    let timedCount: Int
    /// Those that computed wrongly or did not run, and why.
    let rejected: [(constants: [String: Int], reason: String)]

    /// Floating-point operations in a second of the baseline.
    var rate: Double { Double(flopCount) / max(baselineSeconds, 1e-9) }

    /// The panels of candidates that are faster than the baseline, the fastest first, so many at most, and the baseline's:
    /// the race may be wrong about panels, so that the best of each goes on.
    func panels(_ count: Int) -> [Int?] {
        var panels: [Int?] = []
        for cut in ranking.prefix(while: { $0 != baseline }) where !panels.contains(cut.panel) {
            panels.append(cut.panel)
        }
        panels = Array(panels.prefix(count))
        return panels.contains(baseline.panel) ? panels : panels + [baseline.panel]
    }

    /// The fastest of those with a panel; nil when there is none.
    func best(panel: Int?) -> TunedCuts.Cut? { ranking.first { $0.panel == panel } }
}
