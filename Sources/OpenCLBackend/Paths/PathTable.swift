import Synchronization
package import TensorCore

/// Which paths of a device compute right. Each is tested with known answers when it is first wanted; one that fails is
/// passed over for the next from then on.
package final class PathTable: Sendable {
    private let device: OpenCLDevice
    private let memory: PathMemory?
    private let firstForm: KernelForm?
    private let test: @Sendable (KernelPath) -> SelfTestResult
    private let state: Mutex<State>

    private struct State {
        var results: [String: SelfTestResult]
        /// The first path that lost the device. What is lost after it may be lost because of it: on some drivers nothing
        /// runs any more until the process ends.
        var firstLost: String?
    }

    /// - Parameters:
    ///   - device: whose paths these are.
    ///   - memory: where results are kept from start to start; nil for nowhere.
    ///   - firstForm: the form to try before those that suit the device.
    ///   - test: computes a path's known answers.
    package init(
        _ device: OpenCLDevice, memory: PathMemory?, firstForm: KernelForm? = nil,
        test: @escaping @Sendable (KernelPath) -> SelfTestResult
    ) {
        self.device = device
        self.memory = memory
        self.firstForm = firstForm
        self.test = test
        state = Mutex(State(results: memory?.load() ?? [:]))
    }

    /// Whether a path computes right, tested now unless it was before.
    package func result(of path: KernelPath) -> SelfTestResult {
        state.withLock { state in
            let before = state.results.count
            let result = result(of: path, &state)
            if state.results.count > before {
                memory?.store(state.results.filter { isLasting($1, of: $0, firstLost: state.firstLost) })
            }
            return result
        }
    }

    /// Whether a path need not be tested again at the next start. That a matrix unit is refused is how a driver says that
    /// there is none, and one that loses the device would do so at every start; for kernels that run anywhere both are
    /// accidents.
    private func isLasting(_ result: SelfTestResult, of path: String, firstLost: String?) -> Bool {
        let isOnMatrixUnit = KernelPath(description: path)?.form.isOnMatrixUnit ?? false
        return switch result.ground {
        case .answers: true
        case .refusal: isOnMatrixUnit
        case .loss: isOnMatrixUnit && path == firstLost
        case .shortage: false
        }
    }

    private func result(of path: KernelPath, _ state: inout State) -> SelfTestResult {
        if let known = state.results[path.description] { return known }
        var result = test(path)
        let isFirstLoss = result.ground == .loss && state.firstLost == nil
        if isFirstLoss { state.firstLost = path.description }
        // Drivers say of a kernel that asks for too much what they say of a device that is lost. If the device computes
        // with the local memory that it advertises, more is what it does not have.
        if result.ground == .loss, let other = path.withAdvertisedMemory, self.result(of: other, &state).passed {
            result = SelfTestResult(passed: false, detail: result.detail)
            if isFirstLoss { state.firstLost = nil }
        }
        state.results[path.description] = result
        return result
    }

    /// Every path with its result.
    package func all() -> [(path: KernelPath, result: SelfTestResult)] {
        KernelPath.all(device, first: firstForm).map { ($0, result(of: $0)) }
    }

    /// Whether plans run on a path: whether its form is the one that its family takes.
    package func runs(_ path: KernelPath) -> Bool {
        guard let forms = try? forms(storage: path.storage) else { return false }
        return switch path.family {
        case .product, .convolution: forms.product == path.form
        case .attention: forms.attention == path.form
        case .other: forms.layerNorm == path.form
        }
    }

    /// The best form for each family that computes right.
    ///
    /// - Throws: ``BackendError`` when a family has none, with what each of them did.
    package func forms(storage: DataType) throws(BackendError) -> KernelForms {
        var forms = KernelForms(KernelForm(for: device))
        forms.product = try form([.product, .convolution], storage)
        forms.attention = try form([.attention], storage)
        forms.layerNorm = try form([.other], storage)
        return forms
    }

    private func form(
        _ families: [KnownAnswer.Family], _ storage: DataType
    ) throws(BackendError) -> KernelForm {
        var failures: [String] = []
        let forms = KernelPath.forms(
            device, families[0], storage: storage, first: firstForm)
        for form in forms {
            let paths = families.map { KernelPath(family: $0, form: form, storage: storage) }
            guard let failed = paths.first(where: { !result(of: $0).passed }) else { return form }
            failures.append("\(failed): \(result(of: failed).detail)")
        }
        throw .deviceFailed(
            device: device.name,
            reason:
                "none of its kernels gives right answers; update its driver or choose another device"
                + " (\(failures.joined(separator: "; ")))"
        )
    }
}
