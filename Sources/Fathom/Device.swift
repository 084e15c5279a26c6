import CPUBackend
import OpenCLBackend
import TensorCore

/// A device of this machine that can run models.
public struct Device: Sendable {
    /// What becomes of a way of computing.
    public enum Use: String, Sendable {
        /// Models are computed with it.
        case runs
        /// It computes right, and another that does is preferred.
        case spare
        /// It computes wrong, and another form does its work.
        case demoted
        /// It computes wrong, and so does every other form of its family.
        case unusable
    }

    /// One way of computing a family of operations.
    public struct KernelPath: Sendable {
        /// What it computes: `product`, `attention`, `convolution` or `other`.
        public let family: String
        /// The precision of what it stores: `f32`, `f16` or `bf16`.
        public let precision: String
        /// How its kernels are written: `tile` for GPUs, `vector` for processors, or the name of a matrix unit, such as `mma`.
        public let form: String
        /// Whether its known answers came out right.
        public let passes: Bool
        /// What becomes of it.
        public let use: Use
        /// What was computed and how far it was off, or why it could not be computed.
        public let detail: String
    }

    /// The name to choose it by.
    public let name: String
    /// The maker's name for it.
    public let model: String
    /// The driver that it belongs to and its version; nil for the processor with kernels of our own.
    public let platform: String?
    /// Facts about it, in the order in which to tell them.
    public let properties: [(name: String, value: String)]
    /// Limits by the names that OpenCL has for them, in its units; empty for the processor.
    public let limits: [String: Int]
    private let backend: any Backend

    /// Every device of the machine, the processor first.
    ///
    /// - Returns: the devices; and why there are none of OpenCL, or which drivers and devices failed, nil when there is
    ///   nothing to say.
    public static func all() -> (devices: [Device], remark: String?) {
        let processor = Device(CPUBackend(threadCount: nil), platform: nil)
        do {
            let (found, failures) = try NamedDevice.survey()
            let devices = found.map { device in
                Device(
                    device.backend, platform: "\(device.hardware.platform.name), \(device.hardware.platform.version)",
                    limits: device.hardware.limits.namedValues)
            }
            var remarks = failures.map { "a driver failed: \($0)" }
            if found.isEmpty { remarks.insert("no OpenCL driver has a device", at: 0) }
            return ([processor] + devices, remarks.isEmpty ? nil : remarks.joined(separator: "; "))
        } catch { return ([processor], "\(error)") }
    }

    /// Where compiled programs, known answers and tuned kernels are kept, or why nowhere.
    public static var cacheDescription: String { OpenCLBackend.Caches.folderDescription }

    /// The device that ``DeviceChoice/auto`` takes now, and why.
    ///
    /// - Throws: ``FathomError`` when `FATHOM_DEVICE` names no device.
    public static func automatic() throws(FathomError) -> (name: String, reason: String) {
        let found = try ChosenDevice.find(.auto, precision: .float32, processor: CPUBackend(threadCount: nil))
        return (found.backend.device.name, found.reason)
    }

    private init(_ backend: any Backend, platform: String?, limits: [String: Int] = [:]) {
        self.backend = backend
        self.limits = limits
        self.platform = platform
        name = backend.device.name
        model = backend.device.model
        properties = backend.device.properties.map { ($0.name, $0.value) }
    }

    /// Computes small answers that are known and compares; tells whether they are right, and what was computed.
    public func selfTest() -> (passes: Bool, detail: String) {
        let result = backend.selfTest()
        return (result.passed, result.detail)
    }

    /// Every way of computing on the device, each tested with known answers unless it was before on this driver. Of
    /// those that pass, the first of a family and precision runs; empty for the processor.
    public func kernelPaths() -> [KernelPath] {
        guard let backend = backend as? OpenCLBackend else { return [] }
        let paths = backend.paths.all()
        return paths.map { path, result in
            let isReplaced = paths.contains { other, result in
                other.family == path.family && other.storage == path.storage && result.passed
            }
            let use: Use =
                if result.passed { backend.paths.runs(path) ? .runs : .spare } else {
                    isReplaced ? .demoted : .unusable
                }
            return KernelPath(
                family: path.family.rawValue, precision: path.precisionName, form: path.form.rawValue,
                passes: result.passed, use: use, detail: result.detail)
        }
    }
}
