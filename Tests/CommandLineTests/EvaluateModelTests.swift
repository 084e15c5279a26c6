import Foundation
import Imaging
import TestSupport
import Testing

/// The mini network of the oracle, in the layout of the training's held-out scenes.
@Suite("fathom evaluate: a model")
struct EvaluateModelTests {
    /// Photographs with NAME.npz and NAME.json; the truth is what the model itself says with that focal length.
    private func heldOut(fx: Double = 30) throws -> TemporaryFolder {
        let folder = try TemporaryFolder.with(["data/a.jpg": "exif.jpg", "data/b.png": "plain.png"])
        let result = try CommandLineTool.depth("data", "--format", "npz", "--focal-px", "\(fx)", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        for name in ["a", "b"] {
            try folder.write(Data("{\"fx\": \(2 * fx), \"width\": 96}".utf8), "data/\(name).json")
        }
        return folder
    }

    private func run(_ arguments: String..., in folder: TemporaryFolder) throws -> ProcessResult {
        try execute(
            CommandLineTool.path,
            ["evaluate", "--data", "data", "--json"] + arguments + CommandLineTool.modelArguments, in: folder.path)
    }

    private func methods(_ result: ProcessResult) throws -> [String: [String: Double]] {
        let methods = try #require(try result.objects().first?["methods"] as? [[String: Any]])
        return Dictionary(
            uniqueKeysWithValues: methods.compactMap { method in
                guard let name = method["name"] as? String, let mean = method["mean"] as? [String: Double] else {
                    return nil
                }
                return (name, mean)
            })
    }

    @Test("with the true focal length a model agrees with itself, with the estimated one it does not")
    func focalLengths() throws {
        let folder = try heldOut()
        let both = try run(in: folder)
        #expect(both.status == 0, "\(both.errors)")
        let figures = try methods(both)
        #expect(figures.keys.sorted() == ["estimated focal length", "true focal length"])
        let known = try #require(figures["true focal length"])
        let estimated = try #require(figures["estimated focal length"])
        #expect((known["abs_rel"] ?? 1) < 1e-5 && known["delta1"] == 1)
        #expect((estimated["abs_rel"] ?? 0) > 0.01)
        #expect(known["fov_delta25"] == estimated["fov_delta25"] && known["focal_delta50"] != nil)
        #expect(try methods(run("--focal", "estimated", in: folder)).keys.sorted() == ["estimated focal length"])
        // Without an estimate there is nothing to tell of the field of view.
        let alone = try methods(run("--focal", "true", in: folder))
        #expect(alone.keys.sorted() == ["true focal length"])
        #expect(alone["true focal length"]?["fov_delta25"] == nil)
        #expect((alone["true focal length"]?["abs_rel"] ?? 1) < 1e-6)
    }

    @Test("the error of a precision is measured against the truth", arguments: ["bf16", "int8"])
    func precision(name: String) throws {
        let folder = try heldOut()
        let figures = try methods(run("--precision", name, "--focal", "true", in: folder))
        let error = try #require(figures["true focal length"]?["abs_rel"])
        #expect(error > 1e-5 && error < 0.2, "the truth is the same model's in f32")
    }

    @Test("a precision that the device does not have is refused before anything is read")
    func missingPrecision() throws {
        let result = try run("--precision", "f16", "--device", "cpu", in: heldOut())
        #expect(result.status == 1 && result.errors.contains("the CPU back end does not run f16"))
    }

    @Test("baselines: the median depth, and a mean map given as a file")
    func baselines() throws {
        let folder = try heldOut()
        // A wall at 4 m for a focal length of 30 of 48 pixels.
        let inverse = [Float](repeating: 30.0 / 48 / 4, count: 16)
        try NPZArchive([
            ("inverse_depth", .float32(inverse, shape: [4, 4])), ("fov_deg", .float64(77)),
            ("constant_depth", .float64(4)),
        ]).write(to: folder.file("mean.npz"))
        let figures = try methods(run("--baselines", "--mean-map", "mean.npz", in: folder))
        let (constant, mean) = (try #require(figures["constant depth"]), try #require(figures["mean map"]))
        for (metric, value) in constant { #expect(abs((mean[metric] ?? .nan) - value) <= 1e-6 * max(1, abs(value))) }
        #expect(constant["boundary_f1"] == 0 && mean["fov_delta25"] == 1 && constant["fov_delta25"] == nil)
        let median = try methods(run("--baselines", in: folder))
        #expect(median["constant depth"] != nil && median["mean map"] == nil)
        let given = try methods(run("--constant-depth", "4", in: folder))
        #expect(given["constant depth"] == constant)
    }

    @Test("a photograph without a camera is measured with the estimate, and fails with the true focal length")
    func unknownCamera() throws {
        let folder = try heldOut()
        try FileManager.default.removeItem(atPath: folder.file("data/b.json"))
        // The archive of fathom depth states its focal length.
        try folder.copy(folder.file("data/b.npz"), "whole/b.npz")
        let array = try NPZReader(DepthFileReader.bytes(folder.file("data/b.npz")), name: "b").array("depth")
        let depth = try #require(array)
        try NPZArchive([("depth", .float32(depth.values, shape: depth.shape))]).write(to: folder.file("data/b.npz"))
        let result = try run("--focal", "true", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("focal length is not known"))
        #expect(try run(in: folder).status == 0)
    }

    @Test("bad photographs, depths and masks are skipped, a limit is kept")
    func failures() throws {
        let folder = try heldOut()
        try folder.write(Data("no image".utf8), "data/0.jpg")
        try folder.copy(folder.file("data/a.npz"), "data/0.npz")
        try folder.copy(folder.file("data/a.jpg"), "data/c.jpg")
        let result = try run(in: folder)
        #expect(result.status == 1)
        let report = try #require(try result.objects().first)
        let failures = try #require(report["failures"] as? [[String: String]])
        #expect(
            failures.compactMap { $0["file"] }.map { ($0 as NSString).lastPathComponent }.sorted() == ["0", "c.jpg"])
        #expect(try methods(result).count == 2)
        let limited = try run("--limit", "2", in: folder)
        let methods = try #require(try limited.objects().first?["methods"] as? [[String: Any]])
        #expect((methods.first?["images"] as? [Any])?.count == 1)
    }

    @Test("a preset by its layout")
    func preset() throws {
        let folder = try heldOut()
        try folder.copy(folder.file("data/a.jpg"), "set/training/final/alley_1/frame_0001.png")
        let array = try #require(
            try NPZReader(DepthFileReader.bytes(folder.file("data/a.npz")), name: "a").array("depth"))
        var bytes = Data()
        for word in [Float(202021.25).bitPattern, 48, 32] + array.values.map(\.bitPattern) {
            bytes.append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) })
        }
        try folder.write(bytes, "set/training/depth/alley_1/frame_0001.dpt")
        let result = try execute(
            CommandLineTool.path,
            ["evaluate", "--preset", "sintel", "--data", "set", "--json"] + CommandLineTool.modelArguments,
            in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        let report = try #require(try result.objects().first)
        #expect(report["preset"] as? String == "sintel" && report["nearest_m"] as? Double == 0.01)
        #expect(try methods(result).keys.sorted() == ["estimated focal length"])
    }
}
