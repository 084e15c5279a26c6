import Synchronization
package import TensorCore

/// Which paths of a device compute right. Each is tested with known answers when it is first wanted; one that fails is
/// passed over for the next from then on.
package final class PathTable: Sendable {
    private let device: OpenCLDevice
    private let memory: PathMemory?
    private let firstForm: KernelForm?
    private let test: @Sendable (KernelPath) -> SelfTestResult
    private let results: Mutex<[String: SelfTestResult]>

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
        results = Mutex(memory?.load() ?? [:])
    }

    /// Whether a path computes right, tested now unless it was before.
    package func result(of path: KernelPath) -> SelfTestResult {
        results.withLock { results in
            let before = results.count
            let result = result(of: path, &results)
            if results.count > before { memory?.store(results.filter { Self.isLasting($1, of: $0) }) }
            return result
        }
    }

    /// Whether a path need not be tested again at the next start. That a matrix unit is refused is how a driver says that
    /// there is none; for kernels that run anywhere it is an accident.
    private static func isLasting(_ result: SelfTestResult, of path: String) -> Bool {
        switch result.ground {
        case .answers: true
        case .refusal: KernelPath(description: path)?.form.isOnMatrixUnit ?? false
        case .loss, .shortage: false
        }
    }

    private func result(of path: KernelPath, _ results: inout [String: SelfTestResult]) -> SelfTestResult {
        if let known = results[path.description] { return known }
        var result = test(path)
        // Drivers say of a kernel that asks for too much what they say of a device that is lost. If the device computes
        // with the local memory that it advertises, more is what it does not have.
        if result.ground == .loss, let narrow = path.narrow, self.result(of: narrow, &results).passed {
            result = SelfTestResult(passed: false, detail: result.detail)
        }
        results[path.description] = result
        return result
    }

    /// Every path with its result.
    package func all() -> [(path: KernelPath, result: SelfTestResult)] {
        KernelPath.all(device, first: firstForm).map { ($0, result(of: $0)) }
    }

    /// Whether plans run on a path: whether its form is the one that its family takes.
    package func runs(_ path: KernelPath) -> Bool {
        guard let forms = try? forms(elementByteCount: path.elementByteCount) else { return false }
        return switch path.family {
        case .product, .convolution: forms.product == path.form
        case .attention: forms.attention == path.form
        case .other: forms.layerNorm == path.form
        }
    }

    /// The best form for each family that computes right.
    ///
    /// - Throws: ``BackendError`` when a family has none, with what each of them did.
    package func forms(elementByteCount: Int) throws(BackendError) -> KernelForms {
        var forms = KernelForms(KernelForm(for: device))
        forms.product = try form([.product, .convolution], elementByteCount)
        forms.attention = try form([.attention], elementByteCount)
        forms.layerNorm = try form([.other], elementByteCount)
        return forms
    }

    private func form(
        _ families: [KnownAnswer.Family], _ elementByteCount: Int
    ) throws(BackendError) -> KernelForm {
        var failures: [String] = []
        let forms = KernelPath.forms(
            device, families[0], elementByteCount: elementByteCount, first: firstForm)
        for form in forms {
            let paths = families.map { KernelPath(family: $0, form: form, elementByteCount: elementByteCount) }
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
