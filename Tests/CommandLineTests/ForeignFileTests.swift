import Foundation
import Imaging
import TestSupport
import Testing

@Suite("fathom depth: files of others")
struct ForeignFileTests {
    private static let everyFormat = "npz,png16,color,exr,pfm,tiff"

    /// A photograph with a true depth of 3 m beside it, in each of the forms that `fathom evaluate` reads.
    private func makeTruth(_ name: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder.with(["gt/a.jpg": "exif.jpg"])
        let depth = try DepthImage(width: 48, height: 32, metres: [Float](repeating: 3, count: 48 * 32))
        let path = folder.file("gt/" + name)
        switch (name as NSString).pathExtension {
        case "npz": try NPZArchive([("depth", .float32(depth.metres, shape: [32, 48]))]).write(to: path)
        case "pfm": try PFM.write(depth, to: path)
        // Not as Fathom writes them: the mark is cut out of the file.
        case "exr":
            let metadata = DepthMetadata(
                focalLengthPixels: 1, horizontalFieldOfViewDegrees: 1, focalSource: "user", model: "m")
            try OpenEXR.write(depth, metadata, to: path)
            try replace("Software", "Somebody", in: path)
        default:
            try FloatTIFF.write(depth, to: path)
            try replace("Software", "Somebody", in: path)
        }
        return folder
    }

    private func replace(_ old: String, _ new: String, in path: String) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        let place = try #require(bytes.range(of: Data(old.utf8)))
        bytes.replaceSubrange(place, with: Data(new.utf8))
        try bytes.write(to: URL(filePath: path))
    }

    @Test(
        "true depth beside the photograph stays, and evaluation measures against it",
        arguments: [
            ("a.npz", "npz"), ("a.npz", "color,npz"), ("a.depth.exr", "exr"), ("a.depth.pfm", "pfm"),
            ("a.depth.tiff", "tiff"),
        ])
    func truth(name: String, format: String) throws {
        let folder = try makeTruth(name)
        let before = try Data(contentsOf: URL(filePath: folder.file("gt/" + name)))
        let result = try CommandLineTool.depth("gt", "--format", format, in: folder)
        #expect(result.status == 1 && !result.output.contains("focal"))
        #expect(result.errors.hasPrefix("fathom: gt/\(name): is there already, and not known to be Fathom's"))
        #expect(result.errors.contains("(--output, --overwrite)"))
        #expect(try folder.allFiles() == ["gt/a.jpg", "gt/" + name].sorted())
        #expect(try Data(contentsOf: URL(filePath: folder.file("gt/" + name))) == before)
        try expectTruthOf3Metres(folder)

        #expect(try CommandLineTool.depth("gt", "--format", format, "--overwrite", in: folder).status == 0)
        #expect(try Data(contentsOf: URL(filePath: folder.file("gt/" + name))) != before)
    }

    @Test("results beside a true depth of another name are not taken for it", arguments: ["a.npz", "a.exr", "a.pfm"])
    func preference(name: String) throws {
        let folder = try makeTruth(name)
        let format = name == "a.npz" ? "png16,color,exr,pfm,tiff" : Self.everyFormat
        #expect(try CommandLineTool.depth("gt", "--format", format, in: folder).status == 0)
        try expectTruthOf3Metres(folder)
    }

    private func expectTruthOf3Metres(_ folder: TemporaryFolder) throws {
        let constant = try DepthImage(width: 48, height: 32, metres: [Float](repeating: 3, count: 48 * 32))
        try FileManager.default.createDirectory(
            atPath: folder.file("pred"), withIntermediateDirectories: true)
        try PFM.write(constant, to: folder.file("pred/a.pfm"))
        let result = try CommandLineTool.run("evaluate", "--pred", "pred", "--gt", "gt", "--json", in: folder)
        let method = try #require((result.objects().first?["methods"] as? [[String: Any]])?.first)
        #expect((method["mean"] as? [String: Any])?["abs_rel"] as? Double == 0)
    }

    @Test("what Fathom wrote is replaced, but for PFM, which bears no mark")
    func secondRun() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        #expect(try CommandLineTool.depth("a.jpg", "--format", Self.everyFormat, in: folder).status == 0)
        let again = try CommandLineTool.depth("a.jpg", "--format", "npz,png16,color,exr,tiff", in: folder)
        #expect(again.status == 0, "\(again.errors)")
        let map = try CommandLineTool.depth("a.jpg", "--format", "pfm", in: folder)
        #expect(map.status == 1 && map.errors.contains("a.depth.pfm: is there already"))
        #expect(try CommandLineTool.depth("a.jpg", "--format", "pfm", "--overwrite", in: folder).status == 0)
    }

    @Test("a file of nothing and one of something else are somebody's", arguments: ["", "mine"])
    func others(content: String) throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "b.jpg": "exif.jpg"])
        let names = ["a.npz", "a.depth.png", "a.color.png", "a.depth.exr", "a.depth.tiff"]
        for name in names { try folder.write(Data(content.utf8), name) }
        for format in ["npz", "png16", "color", "exr", "tiff"] {
            let result = try CommandLineTool.depth(".", "--format", format, "--json", in: folder)
            #expect(result.status == 1)
            let objects = try result.objects().filter { ($0["file"] as? String)?.hasSuffix(".jpg") == true }
            #expect((objects.first?["error"] as? String)?.contains("is there already") == true)
            #expect(objects.count == 2 && objects.last?["error"] == nil, "the other photograph is done")
        }
        for name in names { #expect(try Data(contentsOf: URL(filePath: folder.file(name))) == Data(content.utf8)) }
    }
}
