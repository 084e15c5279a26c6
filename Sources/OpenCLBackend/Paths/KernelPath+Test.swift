import TensorCore

extension KernelPath {
    /// Computes the family's known answers on a context of their own, because a kernel that fails may take its context
    /// with it.
    func test(_ device: OpenCLDevice, _ cache: ProgramCache?, defect: KernelDefect?) -> SelfTestResult {
        let answers = (KnownAnswer.all + (form.isOnMatrixUnit ? [.crowdedProduct] : [])).filter { $0.family == family }
        var limits = KernelLimits(device, form: form)
        limits.defect = defect
        // Known answers are small, and large products run on larger tiles of the matrix unit: both must be right.
        var large = limits
        large.enoughGroups = 1
        let cuts = form.matrixUnit == nil ? [limits] : [large, limits]
        let context = Result { () throws(BackendError) in
            try BackendError.wrapping(device) { () throws(OpenCLError) in try OpenCLContext(device, cache: cache) }
        }
        compile(answers, cuts, on: context)
        var result = SelfTestResult(passed: true, detail: "")
        for limits in cuts where result.passed {
            result = SelfTestResult(answers, storage: storage) { plan, weights throws(BackendError) in
                let prepared = try OpenCLPreparedPlan(plan, weights: weights, on: try context.get(), limits: limits)
                // The answer may lie there from the cut before.
                try prepared.spoilActivations()
                return prepared
            }
        }
        return result
    }

    /// Compiles the programs of all answers at once: most drivers do so on several cores. One that fails will fail again when
    /// its answer is prepared, and be reported there.
    private func compile(
        _ answers: [KnownAnswer], _ cuts: [KernelLimits], on context: Result<OpenCLContext, BackendError>
    ) {
        let variants = cuts.flatMap { limits in
            answers.flatMap { LaunchPlan($0.plan(storage: storage), limits).variants }
        }
        _ = try? context.get().build(Set(variants).map(\.text))
    }
}
