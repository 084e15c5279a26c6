import ArgumentParser
import Fathom

/// `fathom devices`: what can run models here, each with a computation whose answer is known.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Print the devices of this machine and test each with a computation whose answer is known.",
        discussion: """
            OpenCL devices are listed under their drivers, with the kernels that compute right on each. What is found \
            out about a driver is kept in the cache folder (FATHOM_CACHE_DIR).
            """)

    @Flag(name: .long, help: "Print JSON, one object for each device.")
    var json = false

    func run() throws {
        let (devices, remark) = Device.all()
        let records = devices.map(DeviceRecord.init)
        if json {
            for record in records { try writeOutput(jsonLine(record)) }
        } else {
            var lines = tree(records)
            if let remark { lines.append("opencl: \(remark)") }
            let (name, reason) = try Device.automatic()
            lines.append("auto: \(name), because \(reason)")
            try writeOutput(lines.joined(separator: "\n"))
        }
        if records.contains(where: { !$0.passes }) { throw ExitCode.failure }
    }

    private func tree(_ records: [DeviceRecord]) -> [String] {
        var lines: [String] = []
        var platform: String?
        for record in records {
            let indent = record.platform == nil ? "" : "  "
            if let name = record.platform, name != platform { lines.append(name) }
            platform = record.platform
            lines.append("\(indent)\(record.name): \(record.model)")
            for property in record.orderedProperties where property.name != "platform" {
                lines.append("\(indent)  \(property.name): \(property.value)")
            }
            lines += record.kernelLines.map { "\(indent)  \($0)" }
            lines.append("\(indent)  known answer: \(record.passes ? "PASS" : "FAIL"), \(record.detail)")
        }
        return lines
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
    let kernels: [Kernel]
    let passes: Bool
    let detail: String
    /// As they are printed.
    let orderedProperties: [(name: String, value: String)]

    init(_ device: Device) {
        (name, model, platform) = (device.name, device.model, device.platform)
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

    private enum CodingKeys: CodingKey { case name, model, platform, properties, kernels, passes, detail }
}
