import ArgumentParser
import Fathom
import Foundation

/// `fathom devices`: what can run models here, each with a computation whose answer is known.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Print the devices of this machine and test each with a computation whose answer is known.",
        discussion: """
            OpenCL devices are listed under their drivers, with the kernels that compute right on each. What is found \
            out about a driver is kept in the cache folder (FATHOM_CACHE_DIR); the first time its kernels are compiled, \
            which takes minutes with some drivers.
            """)

    @Flag(name: .long, help: "Print JSON, one object for each device and one for what --device auto takes.")
    var json = false

    func run() throws {
        let (devices, remark) = Device.all()
        var platform: String?
        var allPass = true
        for device in devices {
            let record = announcing(device) { DeviceRecord(device) }
            allPass = allPass && record.passes
            if json { try writeOutput(jsonLine(record)) } else { try writeOutput(tree(record, below: platform)) }
            platform = record.platform
        }
        let choice = Result { () throws(FathomError) in try Device.automatic() }
        if json {
            try writeOutput(jsonLine(ChoiceRecord(choice, remark)))
        } else {
            if let remark { try writeOutput("opencl: \(remark)") }
            try writeOutput("cache: \(Device.cacheDescription)")
            if case .success(let (name, reason)) = choice { try writeOutput("auto: \(name), because \(reason)") }
        }
        _ = try choice.get()
        if !allPass { throw ExitCode.failure }
    }

    /// Says on a terminal what takes so long.
    private func announcing<Result>(_ device: Device, _ test: () -> Result) -> Result {
        guard isatty(STDERR_FILENO) == 1 else { return test() }
        writeError("\rtesting \(device.name) (\(device.model)) ...", terminator: "")
        defer { writeError("\r\u{1b}[K", terminator: "") }
        return test()
    }

    /// A device under its platform, whose name is left out where it was printed last.
    private func tree(_ record: DeviceRecord, below platform: String?) -> String {
        var lines: [String] = []
        let indent = record.platform == nil ? "" : "  "
        if let name = record.platform, name != platform { lines.append(name) }
        lines.append("\(indent)\(record.name): \(record.model)")
        for property in record.orderedProperties where property.name != "platform" {
            lines.append("\(indent)  \(property.name): \(property.value)")
        }
        lines += record.kernelLines.map { "\(indent)  \($0)" }
        lines.append("\(indent)  known answer: \(record.passes ? "PASS" : "FAIL"), \(record.detail)")
        return lines.joined(separator: "\n")
    }
}

/// A device in `--json`.
private struct DeviceRecord: Encodable {
    struct Kernel: Encodable {
        let family, precision, form: String
        let passes: Bool
        let use: String
        let detail: String
    }

    let name, model: String
    let platform: String?
    let properties: [String: String]
    let limits: [String: Int]
    let kernels: [Kernel]
    let passes: Bool
    let detail: String
    /// As they are printed.
    let orderedProperties: [(name: String, value: String)]

    init(_ device: Device) {
        (name, model, platform, limits) = (device.name, device.model, device.platform, device.limits)
        orderedProperties = device.properties
        properties = Dictionary(device.properties.map { ($0.name, $0.value) }) { first, _ in first }
        kernels = device.kernelPaths().map {
            Kernel(
                family: $0.family, precision: $0.precision, form: $0.form, passes: $0.passes, use: $0.use.rawValue,
                detail: $0.detail)
        }
        (passes, detail) = device.selfTest()
    }

    /// The forms of each family and precision on a line, those that are tried first in front.
    var kernelLines: [String] {
        var lines: [(what: String, forms: [String])] = []
        for kernel in kernels {
            let what = "\(kernel.family) kernels, \(kernel.precision)"
            if lines.last?.what != what { lines.append((what, [])) }
            let verdict =
                switch Device.Use(rawValue: kernel.use) {
                case .demoted: "FAIL, demoted: \(kernel.detail)"
                case .unusable: "FAIL (\(kernel.detail))"
                case .runs, .spare, nil: "PASS"
                }
            lines[lines.count - 1].forms.append("\(kernel.form) \(verdict)")
        }
        return lines.map { "\($0.what): \($0.forms.joined(separator: "; "))" }
    }

    private enum CodingKeys: CodingKey { case name, model, platform, properties, limits, kernels, passes, detail }
}

/// What `--device auto` takes, in `--json`: the last object.
private struct ChoiceRecord: Encodable {
    /// The device's name; nil where `FATHOM_DEVICE` names none.
    let auto: String?
    /// Why that device, or why none.
    let reason: String
    /// Why there is no OpenCL device, or which drivers failed.
    let opencl: String?
    let cache: String

    init(_ choice: Result<(name: String, reason: String), FathomError>, _ remark: String?) {
        switch choice {
        case .success(let (name, reason)): (auto, self.reason) = (name, reason)
        case .failure(let error): (auto, reason) = (nil, error.message)
        }
        opencl = remark
        cache = Device.cacheDescription
    }
}
