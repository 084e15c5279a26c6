import Foundation
import Imaging
import TestSupport
import Testing

@Suite("fathom evaluate: folders of files")
struct EvaluateTests {
    /// Truth of 12 x 8 pixels: a disc at 2 m before a wall at 5 m, a hole, and sky.
    private static let truth: [Float] = (0..<96).map { index in
        let (row, column) = (index / 12, index % 12)
        if index == 0 { return 0 }
        if index == 1 { return .infinity }
        return (column - 6) * (column - 6) + (row - 4) * (row - 4) < 9 ? 2 : 5
    }

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["a", "deep/b"] {
            try folder.npz("gt/\(name).npz", Self.truth)
            try folder.npz("pred/\(name).npz", Self.truth.map { $0 > 0 && $0.isFinite ? $0 * 1.1 : 50 }, focal: 10)
        }
        return folder
    }

    @Test("the table: figures, counts and what they stand on")
    func table() throws {
        let result = try CommandLineTool.run("evaluate", "--pred", "pred", "--gt", "gt", in: folder())
        #expect(result.status == 0 && result.errors.isEmpty)
        let lines = result.outputLines
        #expect(lines[0].hasPrefix("method       images  delta1") && lines[0].hasSuffix("boundary_f1"))
        #expect(lines[1].hasPrefix("predictions       2  1.0000  1.0000  1.0000   0.1000"))
        #expect(result.output.contains("depths between 0.1 and 80.0 m, crop none, alignment none"))
        #expect(result.output.contains("188 pixels count; 2 are unknown, 2 out of range or sky; 0 predictions"))
    }

    @Test("JSON and CSV hold every image and the mean, with all digits")
    func machines() throws {
        let folder = try folder()
        let json = try CommandLineTool.run(
            "evaluate", "--pred", "pred", "--gt", "gt", "--json", "--csv", "out.csv", in: folder)
        let report = try #require(try json.objects().first)
        let method = try #require((report["methods"] as? [[String: Any]])?.first)
        let images = try #require(method["images"] as? [[String: Any]])
        #expect(images.compactMap { $0["file"] as? String } == ["a", "deep/b"])
        let mean = try #require(method["mean"] as? [String: Double])
        #expect(abs((mean["abs_rel"] ?? 0) - 0.1) < 1e-6 && mean["delta1"] == 1)
        #expect(abs((mean["boundary_f1"] ?? 0) - 1) < 1e-6)
        let csv = try String(contentsOfFile: folder.file("out.csv"), encoding: .utf8).split(separator: "\n")
        #expect(csv.count == 4 && csv[0].hasPrefix("method,image,delta1,") && csv[3].hasPrefix("predictions,mean,1.0,"))
        let printed = try CommandLineTool.run("evaluate", "--pred", "pred", "--gt", "gt", "--csv", "-", in: folder)
        #expect(printed.outputLines == csv.map(String.init))
    }

    @Test("every image in the table")
    func perImage() throws {
        let result = try CommandLineTool.run("evaluate", "--pred", "pred", "--gt", "gt", "--per-image", in: folder())
        #expect(result.outputLines[2].hasPrefix("  a ") && result.outputLines[3].hasPrefix("  deep/b "))
    }

    @Test("bad pairs are reported and skipped; the others are measured")
    func badPairs() throws {
        let folder = try folder()
        try folder.npz("gt/c.npz", Self.truth)  // no prediction
        try folder.npz("gt/d.npz", Self.truth)
        try folder.write(Data("no archive".utf8), "pred/d.npz")
        try folder.npz("gt/e.npz", [Float](repeating: 0, count: 96))  // nothing known
        try folder.npz("pred/e.npz", Self.truth)
        let result = try CommandLineTool.run("evaluate", "--pred", "pred", "--gt", "gt", "--json", in: folder)
        #expect(result.status == 1)
        let report = try #require(try result.objects().first)
        let failures = try #require(report["failures"] as? [[String: String]])
        #expect(failures.compactMap { $0["file"] } == ["c", "d", "e"])
        #expect(failures[0]["error"]?.contains("has no prediction") == true)
        #expect(failures[1]["error"]?.contains("pred/d.npz") == true)
        #expect(failures[2]["error"]?.contains("no true depth lies between 0.1 and 80.0 m") == true)
        #expect(result.errors.contains("fathom: 3 failed, 2 measured:"))
    }

    @Test("another size is resized and told; steps need a scale; EXR, PFM and TIFF are read")
    func formats() throws {
        let folder = try TemporaryFolder()
        try folder.npz("gt/a.npz", Self.truth)
        let half = try DepthImage(width: 6, height: 4, metres: [Float](repeating: 5, count: 24))
        let metadata = DepthMetadata(
            focalLengthPixels: 10, horizontalFieldOfViewDegrees: 60, focalSource: "user", model: "m")
        for name in ["exr/a.exr", "pfm/a.pfm", "tiff/a.depth.tiff", "png/a.depth.png"] {
            try folder.write(Data(), name)
        }
        try OpenEXR.write(half, metadata, to: folder.file("exr/a.exr"))
        try PFM.write(half, to: folder.file("pfm/a.pfm"))
        try FloatTIFF.write(half, to: folder.file("tiff/a.depth.tiff"))
        try DepthPNG.write(half, scale: .kitti, metadata, to: folder.file("png/a.depth.png"))
        let tables = try ["exr", "pfm", "tiff", "png"].map { name in
            let result = try CommandLineTool.run("evaluate", "--pred", name, "--gt", "gt", in: folder)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("1 predictions were resized bilinearly to the truth's size (a from 6 x 4)"))
            return result.output
        }
        #expect(Set(tables).count == 1)
        let scaled = try CommandLineTool.run(
            "evaluate", "--pred", "png", "--gt", "gt", "--png-scale", "512", in: folder)
        #expect(scaled.output != tables[0])
    }

    @Test("alignment, inverse depth, range and crop change what they should")
    func options() throws {
        let folder = try TemporaryFolder()
        try folder.npz("gt/a.npz", Self.truth)
        try folder.npz("pred/a.npz", Self.truth.map { $0 > 0 && $0.isFinite ? 0.2 + 0.1 / $0 : 1 })
        let run = { (options: [String]) in
            try execute(
                CommandLineTool.path, ["evaluate", "--pred", "pred", "--gt", "gt", "--json"] + options, in: folder.path)
        }
        let aligned = try mean(run(["--inverse-depth", "--align", "least-squares"]))
        #expect((aligned["abs_rel"] ?? 1) < 1e-6)
        #expect(try (mean(run(["--align", "median"]))["abs_rel"] ?? 0) > 0.1)
        let near = try run(["--max", "3"])
        #expect(try near.objects().first?["farthest_m"] as? Double == 3)
        let bad = try run(["--crop", "eigen-nyu"])
        #expect(bad.status == 1 && bad.errors.contains("not defined for 12 x 8 pixels"))
    }

    private func mean(_ result: ProcessResult) throws -> [String: Double] {
        let methods = try #require(try result.objects().first?["methods"] as? [[String: Any]])
        return try #require(methods.first?["mean"] as? [String: Double])
    }

    @Test("boundary recall against masks alone")
    func masks() throws {
        let folder = try folder()
        let grey = Self.truth.flatMap { depth -> [UInt8] in [UInt8](repeating: depth == 2 ? 255 : 0, count: 3) }
        for name in ["a", "deep/b"] {
            try folder.write(
                Data(PNGEncoder.encode(PixelImage(width: 12, height: 8, pixels: grey))), "masks/\(name).png")
        }
        let result = try CommandLineTool.run("evaluate", "--pred", "pred", "--masks", "masks", "--json", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try mean(result) == ["boundary_recall": 1])
    }

    @Test(
        "arguments that cannot be",
        arguments: [
            (["--pred", "pred"], "--gt"), (["--gt", "gt"], "either --pred"),
            (["--model", "m"], "--model needs --data"),
            (["--pred", "pred", "--gt", "gt", "--preset", "nyu"], "nyuv2, kitti-eigen"),
            (["--pred", "pred", "--gt", "gt", "--align", "best"], "least-squares"),
            (["--pred", "pred", "--gt", "gt", "--min", "5", "--max", "2"], "no range"),
            (["--pred", "pred", "--gt", "nowhere"], "nowhere"), (["--pred", "nowhere", "--gt", "gt"], "nowhere"),
            (["--pred", "pred", "--gt", "gt", "--preset", "sintel"], "final/SCENE"),
            (["--pred", "pred", "--gt", "gt", "--list", "nowhere.txt"], "nowhere.txt"),
            (["--pred", "pred", "--gt", "gt", "--csv", "nowhere/a.csv"], "there is no folder nowhere"),
        ])
    func badArguments(arguments: [String], mention: String) throws {
        let folder = try folder()
        let result = try execute(CommandLineTool.path, ["evaluate"] + arguments, in: folder.path)
        #expect(result.status != 0 && result.output.isEmpty)
        #expect(result.errors.contains(mention), "\(result.errors)")
    }
}

extension TemporaryFolder {
    /// 12 x 8 depths in metres as `fathom depth` writes them.
    func npz(_ name: String, _ metres: [Float], focal: Double? = nil) throws {
        try write(Data(), name)
        var arrays: [(key: String, array: NPYArray)] = [("depth", .float32(metres, shape: [8, 12]))]
        if let focal { arrays.append(("focallength_px", .float64(focal))) }
        try NPZArchive(arrays).write(to: file(name))
    }
}
