package import TensorCore

/// Finds the fastest right cut of each kernel of a plan. A candidate must agree with a reference before it is timed.
package struct KernelTuner {
    /// Prepares a plan on a back end whose results are believed.
    package typealias Reference = (Plan, any WeightSource) throws(BackendError) -> any PreparedPlan

    /// What came out for one shape.
    package struct Outcome: Sendable {
        package let record: TuningRecord
        /// Candidates that were timed.
        package let timedCount: Int
        /// Candidates that computed wrongly, did not run or took the device with them, and why.
        package let rejected: [(constants: [String: Int], reason: String)]
    }

    private let backend: OpenCLBackend
    private let limits: KernelLimits
    private let storage: DataType
    private let reference: Reference
    private let lost = LostCandidates()
    /// A cut that leaves every other tile of rows out, and so is the fastest, is let in here, for tests.
    package var wrongCutEnters: Stage?
    /// The first candidate of every shape is built with this mistake, for tests.
    package var firstCandidateDefect: KernelDefect?

    /// What a candidate goes through.
    package enum Stage: Sendable { case race, final }

    /// - Throws: ``BackendError`` when no kernel of the device computes right.
    package init(
        _ backend: OpenCLBackend, storage: DataType, reference: @escaping Reference
    ) throws(BackendError) {
        self.backend = backend
        self.storage = storage
        self.reference = reference
        let forms = try backend.paths.forms(storage: storage)
        limits = KernelLimits(backend.hardware, forms: forms).storing(storage)
    }

    /// Tunes the kernels of a plan, those with most arithmetic first, until the time is up.
    ///
    /// - Parameters:
    ///   - plan: of the model.
    ///   - seconds: for everything together; shapes that were begun are finished.
    ///   - report: called after each shape.
    /// - Returns: the outcomes, and how many shapes there was no time for.
    /// - Throws: ``BackendError`` when the device fails without tuning or the reference does.
    package func tune(
        _ plan: Plan, seconds: Double, report: (Outcome) -> Void
    ) throws(BackendError) -> (outcomes: [Outcome], leftOut: Int) {
        let tasks = TuningTask.all(of: plan, limits)
        let deadline = ContinuousClock.now + .seconds(seconds)
        var outcomes: [Outcome] = []
        for (index, task) in tasks.enumerated() {
            guard deadline.secondsFromNow > 0 else { break }
            let share = task.weight / tasks[index...].reduce(0) { $0 + $1.weight }
            let found = try lost.repeatWithout(reopening: backend) { () throws(BackendError) in
                let races = try race(task, seconds: Self.shareOfRaces * share * deadline.secondsFromNow)
                let rest = deadline.secondsFromNow * (index + 1 == tasks.count ? 1 : Self.shareOfFinals)
                return try decide(task, races, seconds: rest)
            }
            outcomes += found
            found.forEach(report)
        }
        return (outcomes, tasks.reduce(0) { $0 + $1.parts.count } - outcomes.count)
    }

    /// Of the time for a task; finals take what they need of the rest.
    private static let shareOfRaces = 0.6
    /// Of the time that is left, what the finals of a task may take at most: tasks that come later want their turn, too.
    private static let shareOfFinals = 2.0 / 3
    /// Panels that may try the final, one after the other until one wins.
    private static let panelCount = 3
    /// The share of the time without tuning that a winner may take, and one whose sums run in another order.
    private static let worthwhile = (sameOrder: 0.98, otherOrder: 0.95)

    /// Races for the parts of a task. The part with most arithmetic tries every candidate; the others follow the panels that
    /// are best there, or keep the one without tuning.
    private func race(_ task: TuningTask, seconds: Double) throws(BackendError) -> [RaceResult] {
        let begin = ContinuousClock.now
        var races: [RaceResult] = []
        var flopCount = 0.0
        for part in task.parts {
            flopCount += part.flopCount
            let end = begin + .seconds(seconds * flopCount / task.flopCount)
            races.append(try race(part, panels: races.first?.panels(Self.panelCount), until: end))
        }
        return races
    }

    private func race(
        _ part: TuningTask.Part, panels: [Int?]?, until end: ContinuousClock.Instant
    ) throws(BackendError) -> RaceResult {
        let candidates = TuningCandidates(limits).cuts(for: part.shape).filter { $0 != part.untuned }
        let race = try CandidateRace(
            part.op, part.inputs, part.shape, baseline: part.untuned, storage: storage,
            reference: reference, lost: lost
        ) { problem, cut throws(BackendError) in
            try prepare(
                Plan(problem.graph, storage: storage), problem, cut,
                defect: cut == candidates.first ? firstCandidateDefect : nil)
        }
        let allowed = candidates.filter { panels?.contains($0.panel) != false }
        if wrongCutEnters == .race { for cut in part.untuned.wrong { try race.add(cut) } }
        var seen = Set([part.untuned.outline])
        if firstCandidateDefect != nil, let wrong = allowed.first {
            try race.add(wrong)  // whatever the time
            seen.insert(wrong.outline)
        }
        for cut in allowed where ContinuousClock.now < end && seen.insert(cut.outline).inserted { try race.add(cut) }
        if let leader = race.leader {
            let others = allowed.filter { $0.outline == leader.outline && $0 != leader }
            for cut in others where ContinuousClock.now < end { try race.add(cut) }
        }
        return try race.run(until: end)
    }

    /// Lets the fastest of each panel into the final, the best of the race first, until one wins.
    ///
    /// - Returns: an outcome for each part; none when there is no time for a final.
    private func decide(
        _ task: TuningTask, _ races: [RaceResult], seconds: Double
    ) throws(BackendError) -> [Outcome] {
        let deadline = ContinuousClock.now + .seconds(seconds)
        let final = LaunchFinal(
            prepare: { launch, problem, cut throws(BackendError) in
                try prepare(launch.step.plan(of: problem), problem, cut)
            }, tolerance: KernelProblem.tolerance(storage: storage, isAttention: task.parts[0].shape.isAttention),
            lost: lost)
        var decision = TuningDecision(task, races)
        var panels = races[0].panels(Self.panelCount)
        if wrongCutEnters == .final, let wrong = races[0].baseline.wrong.first {
            (decision.favourite, panels) = (wrong, [wrong.panel])
        }
        for panel in panels where decision.isOpen {
            for unit in decision.units(panel) {
                guard let entries = decision.entries(unit, panel) else { continue }
                let keepsOrder = entries.allSatisfy { $0.cut.keepsOrder(of: races[0].baseline) }
                let outcome = try final.run(
                    entries, limit: keepsOrder ? Self.worthwhile.sameOrder : Self.worthwhile.otherOrder,
                    seconds: deadline.secondsFromNow)
                decision.note(outcome, entries)
            }
        }
        return decision.outcomes(precision: storage.precisionName, on: backend.hardware)
    }

    /// A plan whose kernels all have a cut; nil for those without tuning.
    private func prepare(
        _ plan: Plan, _ problem: KernelProblem, _ cut: TunedCuts.Cut?, defect: KernelDefect? = nil
    ) throws(BackendError) -> OpenCLPreparedPlan {
        var limits = limits
        limits.defect = defect
        if let cut { limits.tuning.force(cut) }
        return try OpenCLPreparedPlan(plan, weights: problem, on: backend.opened(), limits: limits)
    }
}

extension ContinuousClock.Instant {
    fileprivate var secondsFromNow: Double { (self - .now) / .seconds(1) }
}

extension TunedCuts.Cut {
    /// See ``KernelTuner/wrongCutEnters``; none where the form cannot be told to.
    fileprivate var wrong: [TunedCuts.Cut] {
        guard case .product(let tile) = self, tile.form == .vector else { return [] }
        return [
            .product(
                ProductTile(
                    form: .vector, rows: 2 * tile.rows, panel: tile.panel, itemRows: tile.itemRows,
                    itemColumns: tile.itemColumns))
        ]
    }
}
