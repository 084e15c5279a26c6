import ArgumentParser
import Fathom

/// `fathom devices`: what can run models here, each with a computation whose answer is known.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Print the devices of this machine and test each with a computation whose answer is known.")

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    private struct Record: Encodable {
        let name: String
        let model: String
        let properties: [String: String]
        let passes: Bool
        let failure: String?
    }

    func run() throws {
        var hasFailure = false
        for device in Device.all() {
            var failure: String?
            do { try device.selfTest() } catch { failure = "\(error)" }
            hasFailure = hasFailure || failure != nil
            if json {
                let properties = Dictionary(device.properties.map { ($0.name, $0.value) }) { first, _ in first }
                print(
                    try jsonLine(
                        Record(
                            name: device.name, model: device.model, properties: properties, passes: failure == nil,
                            failure: failure)))
            } else {
                print("\(device.name): \(device.model)")
                for property in device.properties { print("  \(property.name): \(property.value)") }
                print("  known answer: \(failure.map { "FAIL, \($0)" } ?? "PASS")")
            }
        }
        if hasFailure { throw ExitCode.failure }
    }
}
