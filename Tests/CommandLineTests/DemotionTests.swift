import Foundation
import TestSupport
import Testing

/// `fathom` on drivers that compute, with the kernels of one path broken on purpose: the path is given up, and the answer
/// stays right. `LibraryTests.required` fails when a device that must be there is missing.
@Suite("fathom: kernels that compute wrong", .serialized)
struct DemotionTests {
    /// A path to break, and the form to try first when it is not the device's own.
    struct Break: Sendable, CustomTestStringConvertible {
        let path: String
        var firstForm = ""
        /// The largest error of inverse depth that the precision brings, as a share of the greatest.
        let tolerance: Double

        var family: String { path.split(separator: " ").map(String.init)[0] }
        var precision: String { path.split(separator: " ").map(String.init)[1] }
        var form: String { path.split(separator: " ", maxSplits: 2).map(String.init)[2] }
        var variables: [String: String] { ["FATHOM_OPENCL_DEFECT": path, "FATHOM_OPENCL_FORM": firstForm] }
        var testDescription: String { path }
    }

    private static let breaks = [
        Break(path: "product f32 vector", tolerance: 2e-4),
        Break(path: "attention f32 tile", firstForm: "tile", tolerance: 2e-4),
        Break(path: "convolution f16 vector", tolerance: 1e-2),
        Break(path: "product f16 emulated mma", firstForm: "emulated mma", tolerance: 1e-2),
    ]
    private static let deviceCount = Result { try CommandLineTool.openCLDeviceCount() }

    /// One for all tests, so that sound programs are compiled once.
    private static let shared = Result { try TemporaryFolder() }
    private let folder: TemporaryFolder

    init() throws { folder = try Self.shared.get() }

    private func run(_ arguments: [String], _ variables: [String: String] = [:]) throws -> ProcessResult {
        let cache = ["FATHOM_CACHE_DIR": folder.file("cache"), "FATHOM_DEVICE": ""]
        return try execute(
            CommandLineTool.path, arguments, in: folder.path, environment: cache.merging(variables) { $1 })
    }

    /// The mini model's inverse depth of its photograph on a device.
    private func inverseDepth(
        _ device: Int, _ precision: String, _ variables: [String: String] = [:]
    ) throws -> [Double] {
        let output = folder.file("out-" + UUID().uuidString)
        let result = try run(
            [
                "depth", Fixture("mini").path("photo.png"), "--device", "opencl:\(device)", "--format", "npz",
                "--output", output, "--precision", precision,
            ] + CommandLineTool.modelArguments, variables)
        #expect(result.status == 0, "\(result.errors)")
        return try depth(inArchive: output + "/photo.npz").metres.map { 1 / Double($0) }
    }

    private func greatestError(_ found: [Double], _ expected: [Double]) -> Double {
        zip(found, expected).map { abs($0 - $1) }.max { !($0 >= $1) } ?? .nan
    }

    /// What `fathom devices --json` says of a path on every OpenCL device.
    private func uses(_ path: Break, _ variables: [String: String]) throws -> [(use: String, detail: String)] {
        let result = try run(["devices", "--json"], variables)
        #expect(result.status == 0, "\(result.output)")
        return try result.objects().dropFirst().dropLast().map { device in
            let kernels = try #require(device["kernels"] as? [[String: Any]])
            let kernel = try #require(
                kernels.first {
                    $0["family"] as? String == path.family && $0["precision"] as? String == path.precision
                        && $0["form"] as? String == path.form
                })
            return (try #require(kernel["use"] as? String), try #require(kernel["detail"] as? String))
        }
    }

    @Test("a broken path is demoted, and the next gives the answer", arguments: breaks)
    func demoted(broken: Break) throws {
        for device in 0..<(try Self.deviceCount.get()) {
            let expected = try inverseDepth(device, broken.precision)
            let found = try inverseDepth(device, broken.precision, broken.variables)
            let limit = broken.tolerance * (expected.max() ?? 0)
            #expect(greatestError(found, expected) <= limit, "opencl:\(device)")
            // Sound kernels know nothing of it.
            #expect(try inverseDepth(device, broken.precision) == expected, "opencl:\(device)")
        }
        let verdicts = try memories().compactMap { try passes(broken.path, in: $0) }
        #expect(try verdicts.filter { !$0 }.count == Self.deviceCount.get())
    }

    /// Every path of every device computes its answers for this, so that one break, a unit's fragment, speaks for all.
    @Test("a demoted path is listed with the reason, and runs once it is sound")
    func listed() throws {
        let broken = Self.breaks[3]
        for (use, detail) in try uses(broken, broken.variables) {
            #expect(use == "demoted" && detail.contains("is off by"), "\(use): \(detail)")
        }
        let tree = try run(["devices"], broken.variables)
        let line = "\(broken.form) FAIL, demoted: "
        #expect(try tree.status == 0 && tree.output.components(separatedBy: line).count == Self.deviceCount.get() + 1)
        for (use, _) in try uses(broken, ["FATHOM_OPENCL_FORM": broken.firstForm]) { #expect(use == "runs") }
    }

    @Test("what was found is remembered, and a broken path that were trusted would give a wrong answer")
    func remembered() throws {
        let broken = Self.breaks[0]
        for device in 0..<(try Self.deviceCount.get()) {
            try? FileManager.default.removeItem(atPath: folder.file("cache/paths"))
            let expected = try inverseDepth(device, broken.precision)
            let sound = try #require(try memories().first)
            #expect(try passes(broken.path, in: sound) == true)
            _ = try inverseDepth(device, broken.precision, broken.variables)
            let memory = try #require(try memories().first { $0 != sound })
            #expect(try passes(broken.path, in: memory) == false && passes("product f32 tile", in: memory) == true)
            #expect(try passes(broken.path, in: sound) == true)
            // What stands in the file is believed.
            let text = try String(contentsOfFile: memory, encoding: .utf8)
            try text.replacing("\"passed\" : false", with: "\"passed\" : true").write(
                toFile: memory, atomically: true, encoding: .utf8)
            let wrong = try inverseDepth(device, broken.precision, broken.variables)
            #expect(!(greatestError(wrong, expected) <= 0.1 * (expected.max() ?? 0)), "opencl:\(device)")
        }
    }

    /// The files that hold what known answers said of the devices' paths.
    private func memories() throws -> [String] {
        try folder.allFiles().filter { $0.hasPrefix("cache/paths/") }.map(folder.file)
    }

    private func passes(_ path: String, in memory: String) throws -> Bool? {
        let data = try Data(contentsOf: URL(filePath: memory))
        let results = try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
        return results?[path]?["passed"] as? Bool
    }

    @Test("a variable that names nothing is told with what there is")
    func mistakes() throws {
        for (variable, value) in [("FATHOM_OPENCL_FORM", "fast"), ("FATHOM_OPENCL_DEFECT", "product f32")] {
            let result = try run(
                ["depth", Fixture("mini").path("photo.png"), "--device", "opencl:0"] + CommandLineTool.modelArguments,
                [variable: value])
            #expect(result.status == 1 && result.errors.contains("\(variable) is '\(value)'; choose"))
        }
    }
}
