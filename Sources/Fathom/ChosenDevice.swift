import CPUBackend
import Foundation
import OpenCLBackend
import TensorCore

/// A device that will run a model, and why this one.
struct ChosenDevice: Sendable {
    let backend: any Backend
    /// Why it was chosen, for people.
    let reason: String
    /// Whether nobody asked for this very device, so that another may take over.
    let isAutomatic: Bool
    /// Crops that go through the encoders together when nobody says how many.
    let microBatch: Int
    /// Why a device that should be better does not run it; nil when there is none.
    var warning: String?

    /// Few enough crops that a layer's activations stay in a processor's last cache, enough that its weights are not
    /// streamed from memory for each crop.
    static let microBatchOfProcessors = 5
    /// All patches of a photograph: a GPU needs work for all its units at once, and each launch costs time. OpenCL on a
    /// processor is as fast so (`docs/kernels.md`).
    private static let microBatchOfOpenCL = MicroBatch.largest

    /// The device with a warning that its memory holds only so many crops of those that it should take together.
    func warning(_ microBatch: Int, of wanted: Int) -> ChosenDevice {
        var device = self
        let crops = microBatch == 1 ? "1 crop" : "\(microBatch) crops"
        let text = "\(backend.device.name) has memory for \(crops) at a time, not \(wanted)"
        device.warning = [warning, text].compactMap(\.self).joined(separator: "; ")
        return device
    }

    static func cpu(_ processor: CPUBackend, reason: String, isAutomatic: Bool = false) -> ChosenDevice {
        ChosenDevice(
            backend: processor, reason: reason, isAutomatic: isAutomatic, microBatch: microBatchOfProcessors)
    }

    private static func openCL(
        _ device: NamedDevice, reason: String, isAutomatic: Bool = false
    ) -> ChosenDevice {
        ChosenDevice(
            backend: device.backend, reason: reason, isAutomatic: isAutomatic,
            microBatch: microBatchOfOpenCL)
    }
}

extension ChosenDevice {
    private static var nameInEnvironment: String { ProcessInfo.processInfo.environment["FATHOM_DEVICE"] ?? "" }

    /// Whether somebody says which device, here or by `FATHOM_DEVICE`.
    static func isNamed(_ choice: DeviceChoice) -> Bool {
        choice != .auto || !["", "auto"].contains(nameInEnvironment)
    }

    /// Finds the device that was asked for, or the best.
    ///
    /// - Throws: ``FathomError`` when there is no such device, several fit, or it does not run in that precision.
    static func find(
        _ choice: DeviceChoice, precision: Precision, processor: CPUBackend
    ) throws(FathomError) -> ChosenDevice {
        switch choice {
        case .auto:
            let named = nameInEnvironment
            guard !named.isEmpty, try DeviceChoice(named) != .auto else {
                return try best(precision: precision, processor: processor)
            }
            let found = try find(DeviceChoice(named), precision: precision, processor: processor)
            return ChosenDevice(
                backend: found.backend, reason: "FATHOM_DEVICE is \(named)", isAutomatic: false,
                microBatch: found.microBatch)
        case .cpu:
            try requireCPU(precision, because: "")
            return cpu(processor, reason: "it was asked for")
        case .openCL(let name):
            guard precision.openCLStorage != nil else {
                let choices = Precision.names { $0.openCLStorage != nil }
                throw FathomError(
                    .invalidArgument,
                    "OpenCL devices do not run \(precision.rawValue); choose \(choices), or the CPU",
                    parameters: [.precision, .device])
            }
            let devices: [NamedDevice]
            do { devices = try NamedDevice.all() } catch { throw FathomError(.device, "\(error)") }
            let device = try select(name, from: devices)
            return openCL(
                device, reason: name.isEmpty ? "it is the best OpenCL device" : "it was asked for")
        }
    }

    /// The GPU with most arithmetic whose known answers are right, or the processor. An OpenCL device that is a processor
    /// is never taken: the kernels of the CPU back end are faster there.
    private static func best(precision: Precision, processor: CPUBackend) throws(FathomError) -> ChosenDevice {
        guard let storage = precision.openCLStorage else {
            return cpu(processor, reason: "only the CPU runs \(precision.rawValue)")
        }
        var remarks: [String] = []
        // A GPU that does not compute right, or a driver that may be one's and fails.
        var mayHaveGPU = false
        do {
            let (devices, failures) = try NamedDevice.survey()
            let gpus = devices.filter { $0.hardware.kind == .gpu }.sorted(by: NamedDevice.isBetter)
            if gpus.isEmpty { remarks.append("there is no OpenCL GPU") }
            remarks += failures.map { "a driver failed: \($0)" }
            mayHaveGPU = !gpus.isEmpty || !failures.isEmpty
            for gpu in gpus {
                do throws(BackendError) {
                    _ = try gpu.backend.paths.forms(storage: storage)
                    let others = gpus.count == 1 ? "it is the only GPU" : "it is the best of \(gpus.count) GPUs"
                    return openCL(gpu, reason: ([others] + remarks).joined(separator: "; "), isAutomatic: true)
                } catch { remarks.append("\(gpu.name): \(error)") }
            }
        } catch let error as PathOverrides.UnknownName {
            throw FathomError(.invalidArgument, "\(error)")
        } catch { remarks.append("\(error)") }
        let reason = remarks.joined(separator: "; ")
        try requireCPU(precision, because: ", and " + reason)
        var device = cpu(processor, reason: reason, isAutomatic: true)
        if mayHaveGPU { device.warning = "the CPU runs the model: \(reason)" }
        return device
    }

    private static func requireCPU(_ precision: Precision, because: String) throws(FathomError) {
        guard !precision.runsOnCPU else { return }
        let choices = Precision.names(where: \.runsOnCPU)
        throw FathomError(
            .invalidArgument,
            "the CPU back end does not run \(precision.rawValue)\(because); choose \(choices), or an OpenCL device",
            parameters: [.precision, .device])
    }

    private static func select(_ name: String, from devices: [NamedDevice]) throws(FathomError) -> NamedDevice {
        let list = describe(devices)
        guard let best = devices.min(by: NamedDevice.isBetter) else {
            throw FathomError(
                .device,
                "there is no OpenCL device on this machine; install the GPU's OpenCL driver or choose the CPU",
                parameters: [.device])
        }
        if name.isEmpty { return best }
        if let index = Int(name) {
            if devices.indices.contains(index) { return devices[index] }
            guard devices.contains(where: { $0.fits(name) }) else {
                throw FathomError(.device, "there is no device opencl:\(index); there are \(list)")
            }
        }
        let fitting = devices.filter { $0.fits(name) }
        guard let device = fitting.first else {
            throw FathomError(.device, "no OpenCL device is named '\(name)'; there are \(list)")
        }
        guard fitting.count == 1 else {
            throw FathomError(
                .device, "'\(name)' fits several devices: \(describe(fitting)); give one's number")
        }
        return device
    }

    /// By everything that a device can be chosen by.
    private static func describe(_ devices: [NamedDevice]) -> String {
        devices.map { "\($0.name) (\($0.hardware.name), \($0.hardware.platform.name))" }.joined(separator: ", ")
    }
}

/// An OpenCL device under the name to choose it by.
struct NamedDevice: Sendable {
    let name: String
    let hardware: OpenCLDevice
    let backend: OpenCLBackend

    /// Every OpenCL device of the machine, in the loader's order.
    ///
    /// - Throws: ``OpenCLUnavailable``, ``OpenCLError`` or ``PathOverrides/UnknownName``.
    static func all() throws -> [NamedDevice] {
        let (devices, failures) = try survey()
        if devices.isEmpty, let failure = failures.first { throw failure }
        return devices
    }

    /// The devices, and what drivers and devices failed with that are not among them.
    ///
    /// - Throws: as ``all()``, when there is no asking any driver.
    static func survey() throws -> (devices: [NamedDevice], failures: [OpenCLError]) {
        let overrides = try PathOverrides(environment: ProcessInfo.processInfo.environment)
        let survey = try OpenCLLibrary.system.get().survey()
        let devices = survey.devices.enumerated().map { index, device in
            let name = "opencl:\(index)"
            return NamedDevice(
                name: name, hardware: device, backend: OpenCLBackend(device, name: name, overrides: overrides))
        }
        return (devices, survey.failures)
    }

    /// Whether a text is part of the device's name or its platform's, in any case.
    func fits(_ text: String) -> Bool {
        [hardware.name, hardware.platform.name, hardware.vendor].contains {
            $0.lowercased().contains(text.lowercased())
        }
    }

    /// GPUs before others, memory of their own before shared memory, then units times clock; first come, first served. The
    /// processors of a machine are one and the same, whatever clock their drivers state.
    static func isBetter(_ first: NamedDevice, _ second: NamedDevice) -> Bool {
        let rank = { (device: OpenCLDevice) in
            let isKnown = device.kind != .cpu && device.limits.clockMegahertz > 0
            return (
                device.kind == .gpu ? 1 : 0, device.limits.sharesHostMemory ? 0 : 1,
                device.limits.computeUnitCount * (isKnown ? device.limits.clockMegahertz : usualClockMegahertz)
            )
        }
        return rank(first.hardware) > rank(second.hardware)
    }

    /// What a device is taken to run at whose driver does not know.
    private static let usualClockMegahertz = 1500
}
