import Machine
import Synchronization
package import TensorCore

/// Runs plans on an OpenCL device. The device is opened when it is first needed, and opened anew when it was lost.
package final class OpenCLBackend: Backend {
    package let device: DeviceInfo
    package let joinsSteps = true
    package let hardware: OpenCLDevice
    /// Cuts of kernels that were measured on the device.
    package let tuning: DeviceTuning
    private let caches: Caches
    private let defect: KernelDefect?
    private let context = Mutex(OpenedContext())

    /// The context that is open, and how many there were: a plan whose device was lost gives up its own, and no later one.
    private struct OpenedContext {
        var context: OpenCLContext?
        var generation = 0
    }

    /// Where compiled programs, the results of known answers and tuned cuts are kept.
    package struct Caches: Sendable {
        package let programs: ProgramCache?
        package let paths: PathMemory?
        package let tuning: TuningStore?

        package init(programs: ProgramCache?, paths: PathMemory?, tuning: TuningStore? = nil) {
            self.programs = programs
            self.paths = paths
            self.tuning = tuning
        }

        /// Those of the user; see ``CacheFolder``.
        package static func standard(_ device: OpenCLDevice, brokenPath: KernelPath? = nil) -> Caches {
            Caches(
                programs: .standard, paths: .standard(device, brokenPath: brokenPath), tuning: .standard)
        }

        /// The user's folder, or why there is none.
        package static var folderDescription: String { CacheFolder.description }

        /// Nothing is kept.
        package static let none = Caches(programs: nil, paths: nil)
    }

    /// The paths of the device and whether they compute right.
    package let paths: PathTable

    /// - Parameters:
    ///   - hardware: the device.
    ///   - name: the name to choose it by: `opencl:0`.
    ///   - caches: where to keep what takes time to find out.
    ///   - overrides: what the user wants otherwise than this back end would choose.
    package init(
        _ hardware: OpenCLDevice, name: String, caches: Caches? = nil, overrides: PathOverrides = .none
    ) {
        self.hardware = hardware
        let caches = caches ?? .standard(hardware, brokenPath: overrides.brokenPath)
        self.caches = caches
        tuning = DeviceTuning(hardware, caches.tuning)
        device = DeviceInfo(hardware, name: name, tuning: tuning.summary)
        let defect = overrides.brokenPath.map(KernelDefect.init(breaking:))
        self.defect = defect
        paths = PathTable(hardware, memory: caches.paths, firstForm: overrides.firstForm) { path in
            path.test(hardware, caches.programs, defect: defect)
        }
    }

    package func prepare(_ plan: Plan, weights: any WeightSource) throws(BackendError) -> any PreparedPlan {
        try checkMemory(for: plan)
        return try RecoveringPlan(plan, weights: weights, on: self)
    }

    /// Prepares a plan in the context that is open now, with the best kernels that compute right. A context that is lost
    /// meanwhile is given up.
    ///
    /// - Returns: the plan, and the number of its context for ``close(_:)``.
    func prepareOnce(
        _ plan: Plan, weights: any WeightSource
    ) throws(BackendError) -> (prepared: OpenCLPreparedPlan, generation: Int) {
        let limits = try limits(storage: plan.memory.storage)
        let weightLimits = try self.limits(storage: .float32)
        let (context, generation) = try openedContext()
        do throws(BackendError) {
            let prepared = try OpenCLPreparedPlan(
                plan, weights: weights, on: context, limits: limits, weightLimits: weightLimits)
            return (prepared, generation)
        } catch {
            if case .deviceLost = error { close(generation) }
            throw error
        }
    }

    /// The best kernels that compute right, in the cuts that were measured.
    private func limits(storage: DataType) throws(BackendError) -> KernelLimits {
        var limits = KernelLimits(hardware, forms: try paths.forms(storage: storage))
        limits.defect = defect
        limits.tuning = tuning.cuts(storage: storage, limits)
        return limits
    }

    /// The device's context, opened if it is not.
    package func opened() throws(BackendError) -> OpenCLContext { try openedContext().context }

    private func openedContext() throws(BackendError) -> (context: OpenCLContext, generation: Int) {
        let result = context.withLock { opened in
            Result { () throws(BackendError) in
                if let context = opened.context { return (context, opened.generation) }
                let new = try BackendError.wrapping(hardware) { () throws(OpenCLError) in
                    try OpenCLContext(hardware, cache: caches.programs)
                }
                opened.context = new
                opened.generation += 1
                return (new, opened.generation)
            }
        }
        return try result.get()
    }

    /// Gives a context up if it is still the open one; what holds it keeps it alive, and every new plan opens another.
    func close(_ generation: Int) {
        context.withLock { opened in
            if opened.generation == generation { opened.context = nil }
        }
    }

    /// Gives up the context that is open, whichever it is.
    func close() { context.withLock { $0.context = nil } }

    package func memoryNeed(of plan: Plan) -> MemoryNeed { MemoryNeed(of: plan) }

    package func checkMemory(for plan: Plan) throws(BackendError) {
        let need = memoryNeed(of: plan)
        // What a driver for processors tells need not follow a container's limit.
        let host = hardware.limits.sharesHostMemory ? HostMemory().limitByteCount : nil
        let available = min(hardware.limits.memoryByteCount, host ?? .max)
        guard need.byteCount > available else {
            return try checkAllocations(plan, KernelLimits(hardware), hardware)
        }
        throw .outOfDeviceMemory(
            device: hardware.name,
            reason: "\(need.byteCount) bytes are needed, \(need.weightByteCount) for weights and"
                + " \(need.activationByteCount) for activations; the device has \(available)")
    }
}
