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
        /// Candidates that computed wrongly or did not run, and why.
        package let rejected: [(constants: [String: Int], reason: String)]
    }

    private let backend: OpenCLBackend
    private let limits: KernelLimits
    private let elementByteCount: Int
    private let reference: Reference
    /// Tries a cut that leaves every other tile of rows out and so is the fastest, for tests.
    package var triesWrongCut = false

    /// - Throws: ``BackendError`` when no kernel of the device computes right.
    package init(
        _ backend: OpenCLBackend, elementByteCount: Int, reference: @escaping Reference
    ) throws(BackendError) {
        self.backend = backend
        self.elementByteCount = elementByteCount
        self.reference = reference
        let forms = try backend.paths.forms(elementByteCount: elementByteCount)
        limits = KernelLimits(backend.hardware, forms: forms).storing(elementByteCount: elementByteCount)
    }

    /// Tunes the kernels of a plan, those with most arithmetic first, until the time is up.
    ///
    /// - Parameters:
    ///   - plan: of the model.
    ///   - seconds: for everything together; a shape that was begun is finished.
    ///   - report: called after each shape.
    /// - Returns: the outcomes, and how many shapes there was no time for.
    /// - Throws: ``BackendError`` when the device fails without tuning or the reference does.
    package func tune(
        _ plan: Plan, seconds: Double, report: (Outcome) -> Void
    ) throws(BackendError) -> (outcomes: [Outcome], leftOut: Int) {
        let jobs = jobs(plan)
        let deadline = ContinuousClock.now + .seconds(seconds)
        var tuning = TunedCuts()
        var outcomes: [Outcome] = []
        for (index, job) in jobs.enumerated() {
            let remaining = Double((deadline - .now) / .seconds(1))
            guard remaining > 0 else { return (outcomes, jobs.count - index) }
            // Less for small shapes, but not in proportion: each candidate takes time to compile.
            let share = job.weight / jobs[index...].reduce(0) { $0 + $1.weight }
            let (outcome, cut) = try tune(job, panel: tuning.panel(job.shape), seconds: share * remaining)
            tuning[job.shape] = cut
            outcomes.append(outcome)
            report(outcome)
        }
        return (outcomes, 0)
    }

    /// A shape with the first operation that has it.
    private struct Job {
        let shape: TunedShape
        let op: Op
        let inputs: [Shape]
        var flopCount: Double
        var weight: Double { flopCount.squareRoot() }
    }

    private func jobs(_ plan: Plan) -> [Job] {
        var binder = Binder(plan: plan, limits: limits)
        var jobs: [TunedShape: Job] = [:]
        for step in plan.steps {
            binder.begin(step)
            for node in plan.nodes[step] {
                binder.tunedShape = nil
                _ = binder.launches(node)
                guard let shape = binder.tunedShape else { continue }
                let job = Job(
                    shape: shape, op: node.op.withPlainWeights(), inputs: node.inputs.map(plan.shape), flopCount: 0)
                jobs[shape, default: job].flopCount += Double(plan.cost(of: node).flopCount)
            }
        }
        // Those with most rows of a class of weights choose the panel.
        return jobs.values.sorted { ($0.flopCount, $0.shape.description) > ($1.flopCount, $1.shape.description) }
    }

    private func tune(
        _ job: Job, panel: Int?, seconds: Double
    ) throws(BackendError) -> (outcome: Outcome, cut: TunedCuts.Cut) {
        let end = ContinuousClock.now + .seconds(seconds)
        let all = TuningCandidates(limits).cuts(for: job.shape)
        let untuned = all[0]
        // What runs today is measured as well, even where its panel would not do.
        let trials = try CandidateTrials(
            job.op, job.inputs, job.shape, baseline: untuned, elementByteCount: elementByteCount,
            reference: reference, prepare: prepare)
        let allowed = all.dropFirst().filter { $0.hasPanel(panel) }
        for cut in triesWrongCut ? untuned.wrong : [] { try trials.add(cut) }
        for cut in allowed where cut.isPlain && ContinuousClock.now < end { try trials.add(cut) }
        if let leader = trials.leader {
            for cut in allowed where cut.isVariation(of: leader) && ContinuousClock.now < end { try trials.add(cut) }
        }
        try trials.race(until: end)
        let (best, bestSeconds) = trials.winner(among: { $0 == untuned ? untuned.hasPanel(panel) : true })
        let record = TuningRecord(
            shape: job.shape, precision: elementByteCount == 2 ? "f16" : "f32",
            place: .init(backend.hardware, job.shape, best.form), form: best.form.rawValue, constants: best.constants,
            seconds: bestSeconds, untunedSeconds: trials.baselineSeconds)
        let outcome = Outcome(record: record, timedCount: trials.timedCount, rejected: trials.rejected)
        return (outcome, best)
    }

    private func prepare(
        _ problem: KernelProblem, _ shape: TunedShape, _ cut: TunedCuts.Cut
    ) throws(BackendError) -> OpenCLPreparedPlan {
        var limits = limits
        // The sample has fewer rows than the shape; all rows get the candidate.
        limits.tuning.force(cut)
        return try OpenCLPreparedPlan(
            Plan(problem.graph, elementByteCount: elementByteCount), weights: problem, on: backend.opened(),
            limits: limits)
    }
}

extension TunedCuts.Cut {
    /// See ``KernelTuner/triesWrongCut``; none where the form cannot be told to.
    fileprivate var wrong: [TunedCuts.Cut] {
        guard case .product(let tile) = self, tile.form == .vector else { return [] }
        return [
            .product(
                ProductTile(
                    form: .vector, rows: 2 * tile.rows, panel: tile.panel, itemRows: tile.itemRows,
                    itemColumns: tile.itemColumns))
        ]
    }

    /// Whether products with the panel can share weights; any when there is none yet.
    fileprivate func hasPanel(_ panel: Int?) -> Bool {
        guard let panel, case .product(let tile) = self else { return true }
        return tile.panel == panel
    }
}
