import Foundation
import OpenCLKernels
package import TensorCore

/// What known answers said of a device's paths, kept on disk beside the compiled programs, so that they are computed
/// once for each device, driver and version of the kernels. Like the programs, it never fails: what cannot be read is
/// computed again.
package struct PathMemory: Sendable {
    /// Raised when known answers or launches change without their kernels.
    private static let format = 8

    private let file: URL

    /// - Parameters:
    ///   - folder: where files lie.
    ///   - device: whose paths these are.
    ///   - brokenPath: the path that is built with a mistake; what it says must not be taken for what sound kernels say.
    package init(folder: String, device: OpenCLDevice, brokenPath: KernelPath? = nil) {
        let kernels = KernelSource.allCases.map(\.text)
        let mistake = brokenPath.map { ["broken: \($0)"] } ?? []
        let key = CacheFolder.key(["\(Self.format)"] + device.compilerIdentity + kernels + mistake)
        file = URL(fileURLWithPath: folder).appendingPathComponent(key.hexadecimal + ".json")
    }

    /// The memory of a device in ``CacheFolder``; nil when the user wants none.
    package static func standard(_ device: OpenCLDevice, brokenPath: KernelPath? = nil) -> PathMemory? {
        CacheFolder.path.map { PathMemory(folder: $0 + "/paths", device: device, brokenPath: brokenPath) }
    }

    private struct Entry: Codable {
        let passed: Bool
        let detail: String
    }

    package func load() -> [String: SelfTestResult] {
        guard CacheFolder.isTrusted(file.deletingLastPathComponent()), let data = try? Data(contentsOf: file),
            let entries = try? JSONDecoder().decode([String: Entry].self, from: data)
        else { return [:] }
        return entries.mapValues { SelfTestResult(passed: $0.passed, detail: $0.detail) }
    }

    package func store(_ results: [String: SelfTestResult]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let entries = results.mapValues { Entry(passed: $0.passed, detail: $0.detail) }
        guard let data = try? encoder.encode(entries), CacheFolder.create(file.deletingLastPathComponent())
        else { return }
        try? data.write(to: file, options: .atomic)
    }
}
