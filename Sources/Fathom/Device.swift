import CPUBackend
import TensorCore

/// A device of this machine that can run models.
public struct Device: Sendable {
    /// The name to choose it by.
    public let name: String
    /// The maker's name for it.
    public let model: String
    /// Facts about it, in the order in which to tell them.
    public let properties: [(name: String, value: String)]
    private let backend: CPUBackend

    /// Every device of the machine.
    public static func all() -> [Device] { [Device(CPUBackend(threadCount: nil))] }

    private init(_ backend: CPUBackend) {
        self.backend = backend
        name = backend.device.name
        model = backend.device.model
        properties = backend.device.properties.map { ($0.name, $0.value) }
    }

    /// Computes small answers that are known and compares; tells whether they are right, and what was computed.
    public func selfTest() -> (passes: Bool, detail: String) {
        let result = backend.selfTest()
        return (result.passed, result.detail)
    }
}
