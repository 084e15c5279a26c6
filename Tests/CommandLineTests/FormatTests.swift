import Foundation
import Imaging
import TestSupport
import Testing

@Suite("fathom depth: formats")
struct FormatTests {
    @Test(
        "every list of formats",
        arguments: [
            ("npz", ["a.npz"]), ("png16", ["a.depth.png"]), ("color", ["a.color.png"]),
            ("color,npz", ["a.color.png", "a.npz"]), ("png16,png16", ["a.depth.png"]),
            ("npz,png16,color", ["a.color.png", "a.depth.png", "a.npz"]),
            ("exr,pfm,tiff", ["a.depth.exr", "a.depth.pfm", "a.depth.tiff"]),
        ])
    func lists(list: String, names: [String]) throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        #expect(try CommandLineTool.depth("a.jpg", "--format", list, in: folder).status == 0)
        #expect(try folder.files(without: "a.jpg") == names)
    }

    @Test(
        "16-bit depth is the archive's times the scale",
        arguments: [
            ("mm", 1000), ("kitti", 256), ("tum", 5000), ("123.5", 123.5), ("50000", 50_000),
        ])
    func png16(scale: String, steps: Double) throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        let result = try CommandLineTool.depth(
            "a.jpg", "--format", "npz,png16", "--png16-scale", scale, in: folder)
        #expect(result.status == 0)
        let metres = try depth(inArchive: folder.file("a.npz")).metres
        let stored = try DepthPNG.read(folder.file("a.depth.png"))
        #expect(stored.width == 48 && stored.height == 32)
        #expect(stored.stepsPerMetre == steps)
        let exact = metres.map { Double($0) * steps }
        for (value, exact) in zip(stored.values, exact) {
            if exact >= 65_535.5 {
                #expect(value == 65_535)
            } else {
                #expect(abs(Double(value) - exact) <= 0.5 + 1e-6 * exact)
            }
        }
        // The mini model sees some things ten kilometres away: they are told.
        let saturated = exact.filter { $0 >= 65_535.5 }.count
        #expect(saturated > 0)
        #expect(stored.saturatedCount == saturated)
        #expect(result.output.contains(", \(saturated) pixels too far for the 16-bit scale\n"))
        let json = try CommandLineTool.depth(
            "a.jpg", "--json", "--format", "png16", "--png16-scale", scale, in: folder)
        #expect(try json.objects().first?["saturated_pixels"] as? Int == saturated)
    }

    @Test("EXR, PFM and TIFF hold the archive's metres, bit for bit")
    func floats() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        #expect(try CommandLineTool.depth("a.jpg", "--format", "npz,exr,pfm,tiff", in: folder).status == 0)
        let metres = try depth(inArchive: folder.file("a.npz")).metres
        for name in ["a.depth.exr", "a.depth.pfm", "a.depth.tiff"] {
            #expect(try DepthFileReader.read(folder.file(name)).map.values == metres, "\(name)")
        }
    }

    @Test("a run without 16-bit depth saturates nothing")
    func unsaturated() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        let result = try CommandLineTool.depth("a.jpg", in: folder)
        #expect(!result.output.contains("too far"))
    }
}
