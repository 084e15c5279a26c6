/// Whether a device computed known answers.
package struct SelfTestResult: Sendable, Hashable {
    package let passed: Bool
    /// What was computed and how far it was off, or why it could not be computed.
    package let detail: String
    /// What it stands on, and with it whether the same would come out at another time.
    package enum Ground: Sendable, Hashable {
        /// Answers that were computed, right or wrong.
        case answers
        /// The driver refused to compile or to run: it may always, or its disk was full.
        case refusal
        /// The device was lost: by a kernel, or by something else.
        case loss
        /// There was no memory, which says nothing of its kernels.
        case shortage
    }

    package let ground: Ground

    package init(passed: Bool, detail: String, ground: Ground = .answers) {
        self.passed = passed
        self.detail = detail
        self.ground = ground
    }

    /// Prepares and runs plans of one operation each and compares with their known answers.
    ///
    /// - Parameters:
    ///   - answers: what to compute.
    ///   - storage: of activations and weights: float32, float16 or bfloat16.
    ///   - prepare: the device's way from a plan to a prepared one.
    package init(
        _ answers: [KnownAnswer] = KnownAnswer.all, storage: DataType = .float32,
        prepare: (Plan, any WeightSource) throws(BackendError) -> any PreparedPlan
    ) {
        var worst = 0.0
        for answer in answers {
            do throws(BackendError) {
                let plan = answer.plan(storage: storage)
                let outputs = try prepare(plan, answer).run([answer.input]).outputs
                let found = answer.outputNames.flatMap { outputs[$0]?.float32 ?? [] }
                guard found.count == answer.expected.count else {
                    self.init(passed: false, detail: "\(answer.name): the result has the wrong size")
                    return
                }
                let tolerance = answer.tolerance(storage: storage)
                let errors = zip(found, answer.expected).map { abs(Double($0) - $1) }
                // The first that is too large, or no number: no maximum orders a NaN.
                let error = errors.first { !($0 <= tolerance) } ?? errors.max() ?? 0
                guard error <= tolerance else {
                    self.init(passed: false, detail: "\(answer.name) is off by \(twoDigits(error))")
                    return
                }
                worst = max(worst, error)
            } catch {
                let ground: Ground =
                    switch error {
                    case .deviceLost: .loss
                    case .outOfMemory, .outOfDeviceMemory: .shortage
                    case .weights, .inputCount, .inputMismatch, .unknownOutput, .deviceFailed: .refusal
                    }
                self.init(passed: false, detail: "\(answer.name): \(error)", ground: ground)
                return
            }
        }
        let names = answers.map(\.name)
        let list = names.dropLast().joined(separator: ", ") + (names.count > 1 ? " and " : "") + (names.last ?? "")
        let verdict = names.count > 1 ? "are right" : "is right"
        self.init(passed: true, detail: "\(list) \(verdict) (largest error \(twoDigits(worst)))")
    }
}

/// `6.0e-08`: two digits that matter.
private func twoDigits(_ error: Double) -> String {
    guard error > 0, error.isFinite else { return "\(error)" }
    var exponent = 0
    var mantissa = error
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while mantissa >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    return "\((mantissa * 10).rounded() / 10)e\(exponent)"
}

extension Backend {
    /// Computes small answers that are known and compares.
    package func selfTest() -> SelfTestResult {
        SelfTestResult { plan, weights throws(BackendError) in try prepare(plan, weights: weights) }
    }
}
