import CPUBackend
import Synchronization
import TensorCore

/// A model prepared on a device. Where a run finds too little memory it goes on with fewer crops at a time, and when a
/// device fails for good that nobody asked for by name, on the processor.
final class ModelRunner: Sendable {
    /// What computes metric depth, whatever runs the network.
    let processor: CPUBackend
    private let model: LoadedModel
    private let options: DepthEstimator.Options
    private let chosen: ChosenDevice
    private let current: Mutex<Current>

    /// What runs now, and how many came before it.
    private struct Current {
        var device: ChosenDevice
        var microBatch: Int
        /// Nil where its successor could not be prepared.
        var plan: (any PreparedPlan)?
        var number = 0

        init(_ model: PreparedModel) { (device, microBatch, plan) = (model.device, model.microBatch, model.plan) }

        mutating func replace(with model: PreparedModel) {
            let next = number + 1
            self = Current(model)
            number = next
        }
    }

    /// A run that failed, and the number of what it ran on.
    private struct Failure: Error {
        let number: Int
        let error: BackendError
    }

    init(_ model: LoadedModel, _ options: DepthEstimator.Options) throws(FathomError) {
        self.model = model
        self.options = options
        processor = CPUBackend(
            threadCount: options.threadCount, arithmetic: options.precision.arithmetic ?? .float32)
        chosen = try ChosenDevice.find(options.device, precision: options.precision, processor: processor)
        do {
            current = Mutex(Current(try model.prepare(options, on: chosen)))
        } catch {
            guard chosen.mayGiveWay, error.code == .device else { throw error }
            current = Mutex(Current(try Self.onProcessor(model, options, processor, because: error.message)))
        }
    }

    /// The device that runs now.
    var device: ChosenDevice { current.withLock { $0.device } }
    /// The arithmetic of the device that runs now.
    var precision: Precision {
        device.backend is CPUBackend && !options.precision.runsOnCPU ? .float32 : options.precision
    }

    /// What came of a plan's runs, the plan and the device that ran it.
    struct Outcome<Value: Sendable>: Sendable {
        let value: Value
        let plan: Plan
        let device: ChosenDevice
    }

    /// Runs the plan.
    ///
    /// - Throws: ``FathomError`` when the device fails and nothing takes over.
    func run(_ inputs: [HostTensor], outputs: Set<String>) throws(FathomError) -> Outcome<RunResult> {
        try perform { plan throws(BackendError) in try plan.run(inputs, outputs: outputs) }
    }

    /// Runs the plan as `body` does, from the beginning on what takes over where a device fails.
    ///
    /// - Throws: ``FathomError`` when nothing takes over.
    func perform<Value: Sendable>(
        _ body: (any PreparedPlan) throws(BackendError) -> Value
    ) throws(FathomError) -> Outcome<Value> {
        var failure: Failure?
        // Every failure leaves fewer crops or fewer devices to try.
        while true {
            switch try attempt(body, after: failure) {
            case .success(let outcome): return outcome
            case .failure(let error): failure = error
            }
        }
    }

    /// Holds nothing of a plan that failed when it returns: its successor needs the memory.
    private func attempt<Value: Sendable>(
        _ body: (any PreparedPlan) throws(BackendError) -> Value, after failure: Failure?
    ) throws(FathomError) -> Result<Outcome<Value>, Failure> {
        let (device, prepared, number) = try active(after: failure)
        do throws(BackendError) {
            return .success(Outcome(value: try body(prepared), plan: prepared.plan, device: device))
        } catch {
            return .failure(Failure(number: number, error: error))
        }
    }

    /// What runs now, replaced if it is still what failed: several runs may see one failure.
    private func active(
        after failure: Failure?
    ) throws(FathomError) -> (device: ChosenDevice, plan: any PreparedPlan, number: Int) {
        let result = current.withLock { current in
            Result { () throws(FathomError) in
                if let failure, failure.number == current.number {
                    try replace(&current, because: failure.error)
                }
                if let plan = current.plan { return (current.device, plan, current.number) }
                let model = try model.prepare(options, on: chosen, fewerThan: current.microBatch)
                current.replace(with: model)
                return (model.device, model.plan, current.number)
            }
        }
        return try result.get()
    }

    private func replace(_ current: inout Current, because error: BackendError) throws(FathomError) {
        guard error.isOfDevice else { throw FathomError(.device, "\(error)") }
        var reason = "\(error)"
        if case .outOfDeviceMemory = error, current.microBatch > 1 {
            current.plan = nil
            do throws(FathomError) {
                return current.replace(
                    with: try model.prepare(options, on: chosen, fewerThan: current.microBatch))
            } catch {
                guard error.code == .device, current.device.mayGiveWay else { throw error }
                reason = error.message
            }
        }
        guard current.device.mayGiveWay else {
            let isFull = if case .outOfDeviceMemory = error { true } else { false }
            throw FathomError(
                .device, isFull ? reason + "; choose the CPU" : reason, parameters: isFull ? [.device] : [])
        }
        current.plan = nil
        current.replace(with: try Self.onProcessor(model, options, processor, because: reason))
    }

    private static func onProcessor(
        _ model: LoadedModel, _ options: DepthEstimator.Options, _ processor: CPUBackend, because reason: String
    ) throws(FathomError) -> PreparedModel {
        var options = options
        if !options.precision.runsOnCPU { options.precision = .float32 }
        var device = ChosenDevice.cpu(processor, reason: "it took over: \(reason)", isAutomatic: true)
        device.warning = "the CPU took over: \(reason)"
        do { return try model.prepare(options, on: device) } catch {
            throw FathomError(
                error.code, "\(reason); the CPU cannot take over: \(error.message)", parameters: error.parameters)
        }
    }
}

extension ChosenDevice {
    /// Whether the processor may take over: nobody asked for this very device, and it is another.
    fileprivate var mayGiveWay: Bool { isAutomatic && !(backend is CPUBackend) }
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
