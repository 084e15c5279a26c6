import Foundation
import OpenCLBackend
import Testing

/// A device to run a test on, named by its platform in failures.
struct TestDevice: Sendable, CustomTestStringConvertible {
    let device: OpenCLDevice

    var testDescription: String { "\(device.platform.name): \(device.name)" }

    /// Every device of this machine. `LibraryTests.required` fails when there are fewer than scripts/test asks for.
    static let all: [TestDevice] = {
        let devices = try? OpenCLLibrary.system.get().devices()
        return (devices ?? []).map(TestDevice.init)
    }()

    /// Parts of the names of platforms that must be there, from `FATHOM_REQUIRE_OPENCL`, separated by commas.
    static let required = (ProcessInfo.processInfo.environment["FATHOM_REQUIRE_OPENCL"] ?? "")
        .split(separator: ",").map(String.init)
}
