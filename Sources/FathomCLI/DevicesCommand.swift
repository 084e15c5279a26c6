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
        let detail: String
    }

    func run() throws {
        var hasFailure = false
        for device in Device.all() {
            let test = device.selfTest()
            hasFailure = hasFailure || !test.passes
            if json {
                let properties = Dictionary(device.properties.map { ($0.name, $0.value) }) { first, _ in first }
                print(
                    try jsonLine(
                        Record(
                            name: device.name, model: device.model, properties: properties, passes: test.passes,
                            detail: test.detail)))
            } else {
                print("\(device.name): \(device.model)")
                for property in device.properties { print("  \(property.name): \(property.value)") }
                print("  known answer: \(test.passes ? "PASS" : "FAIL"), \(test.detail)")
            }
        }
        if hasFailure { throw ExitCode.failure }
    }
}
