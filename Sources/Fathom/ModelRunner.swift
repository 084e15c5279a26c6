import CPUBackend
import Synchronization
import TensorCore

/// A model's plan prepared on a device, and the processor to move to when that device fails for good and nobody asked
/// for it by name.
final class ModelRunner: Sendable {
    /// What computes metric depth, whatever runs the network.
    let processor: CPUBackend
    private let model: LoadedModel
    private let options: DepthEstimator.Options
    private let current: Mutex<(device: ChosenDevice, prepared: any PreparedPlan)>

    init(_ model: LoadedModel, _ options: DepthEstimator.Options) throws(FathomError) {
        self.model = model
        self.options = options
        processor = CPUBackend(
            threadCount: options.threadCount, arithmetic: options.precision.arithmetic ?? .float32)
        let device = try ChosenDevice.find(options.device, precision: options.precision, processor: processor)
        do {
            current = Mutex(try model.prepare(options, on: device))
        } catch {
            guard device.isAutomatic, !(device.backend is CPUBackend), error.code == .device else { throw error }
            current = Mutex(try Self.onProcessor(model, options, processor, because: error.message))
        }
    }

    /// The device and the plan that run now.
    var active: (device: ChosenDevice, prepared: any PreparedPlan) { current.withLock { $0 } }
    var device: ChosenDevice { active.device }
    /// The arithmetic of the device that runs now.
    var precision: Precision {
        device.backend is CPUBackend && !options.precision.runsOnCPU ? .float32 : options.precision
    }

    /// Runs the plan; on a device that was chosen automatically and fails, once more on the processor.
    ///
    /// - Throws: ``FathomError`` when the device fails.
    func run(
        _ inputs: [HostTensor], outputs: Set<String>
    ) throws(FathomError) -> (result: RunResult, plan: Plan) {
        let (device, prepared) = active
        do {
            return (try prepared.run(inputs, outputs: outputs), prepared.plan)
        } catch {
            guard device.isAutomatic, !(device.backend is CPUBackend), error.isOfDevice else {
                throw FathomError(.device, "\(error)")
            }
            let replacement = try moveToProcessor(because: "\(error)")
            return try FathomError.wrapping(.device) { () throws(BackendError) in
                (try replacement.run(inputs, outputs: outputs), replacement.plan)
            }
        }
    }

    /// Several runs may see one failure; the first prepares for all.
    private func moveToProcessor(because reason: String) throws(FathomError) -> any PreparedPlan {
        let result = current.withLock { current in
            Result { () throws(FathomError) in
                if current.device.backend is CPUBackend { return current.prepared }
                current = try Self.onProcessor(model, options, processor, because: reason)
                return current.prepared
            }
        }
        return try result.get()
    }

    private static func onProcessor(
        _ model: LoadedModel, _ options: DepthEstimator.Options, _ processor: CPUBackend, because reason: String
    ) throws(FathomError) -> (device: ChosenDevice, prepared: any PreparedPlan) {
        var options = options
        if !options.precision.runsOnCPU { options.precision = .float32 }
        var device = ChosenDevice.cpu(processor, reason: "it took over: \(reason)", isAutomatic: true)
        device.warning = "the CPU took over: \(reason)"
        return try model.prepare(options, on: device)
    }
}

extension BackendError {
    /// Whether another device might succeed where this one failed.
    fileprivate var isOfDevice: Bool {
        switch self {
        case .outOfMemory, .outOfDeviceMemory, .deviceLost, .deviceFailed: true
        case .weights, .inputCount, .inputMismatch, .unknownOutput: false
        }
    }
}
