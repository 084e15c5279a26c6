import Foundation
import TestSupport
import Testing

@Suite("fathom depth --json")
struct JSONTests {
    @Test("one object for each photograph, with every key")
    func keys() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "b.png": "plain.png"])
        let result = try CommandLineTool.depth(".", "--json", in: folder)
        #expect(result.status == 0 && result.errors.isEmpty)
        let objects = try result.objects()
        #expect(objects.count == 2)
        for (object, name) in zip(objects, ["a", "b"]) {
            #expect(
                object.keys.sorted() == [
                    "device", "device_reason", "farthest_m", "file", "files", "focal_px", "focal_source", "fov_deg",
                    "height", "median_m",
                    "nearest_m", "saturated_pixels", "seconds", "total_seconds", "width",
                ])
            #expect((object["file"] as? String)?.hasPrefix("./\(name).") == true)
            #expect(object["files"] as? [String] == ["./\(name).npz", "./\(name).color.png"])
            #expect(object["width"] as? Int == 48 && object["height"] as? Int == 32)
            #expect(object["focal_source"] as? String == (name == "a" ? "exif" : "network"))
            #expect((object["device"] as? String)?.isEmpty == false)
            #expect((object["device_reason"] as? String)?.isEmpty == false)
            try expectSeconds(object, estimatesFieldOfView: name == "b")
            try expectRange(object, archive: folder.file("\(name).npz"))
        }
    }

    private func expectSeconds(_ object: [String: Any], estimatesFieldOfView: Bool) throws {
        let seconds = try #require(object["seconds"] as? [String: Double])
        #expect(
            seconds.keys.sorted() == [
                "decode", "decoder", "encoders", "field_of_view", "metric", "prepare", "write",
            ])
        #expect(seconds.filter { $0.key != "field_of_view" }.values.allSatisfy { $0 > 0 })
        #expect((seconds["field_of_view"] ?? -1 > 0) == estimatesFieldOfView)
        let total = try #require(object["total_seconds"] as? Double)
        #expect(abs(total - seconds.values.reduce(0, +)) <= 1e-9)
    }

    private func expectRange(_ object: [String: Any], archive: String) throws {
        let sorted = try depth(inArchive: archive).metres.sorted()
        let expected = [sorted[0], sorted[(sorted.count - 1) / 2], sorted[sorted.count - 1]]
        for (key, value) in zip(["nearest_m", "median_m", "farthest_m"], expected) {
            #expect((object[key] as? Double).map { Float($0) } == value)
        }
    }

    @Test(
        "the focal length that was given",
        arguments: [
            ("--focal-px", "450", 450), ("--focal-35mm", "26", 26 * 3328.0.squareRoot() / 1872.0.squareRoot()),
            ("--fov", "90", 24),
        ])
    func focalLength(flag: String, value: String, pixels: Double) throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        let object = try #require(CommandLineTool.depth("a.jpg", "--json", flag, value, in: folder).objects().first)
        #expect(object["focal_source"] as? String == "user")
        #expect(abs((object["focal_px"] as? Double ?? 0) - pixels) <= 1e-9)
        let degrees = 2 * atan(24 / pixels) * 180 / .pi
        #expect(abs((object["fov_deg"] as? Double ?? 0) - degrees) <= 1e-9)
    }

    @Test("an object with file and reason for what is not computed")
    func skipped() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "b.jpg": "exif.jpg"])
        #expect(try CommandLineTool.depth("a.jpg", in: folder).status == 0)
        let result = try CommandLineTool.depth(".", "--skip-existing", "--json", in: folder)
        #expect(result.status == 0)
        let objects = try result.objects()
        #expect(objects.map { $0["file"] as? String } == ["./a.color.png", "./a.jpg", "./b.jpg"])
        #expect(objects[0]["skipped"] as? String == "it is a result")
        #expect(objects[1]["skipped"] as? String == "its results are there")
        #expect(objects[0].count == 2 && objects[1].count == 2 && objects[2]["skipped"] == nil)
    }

    @Test("an object with file and error for what failed, and the same on standard error")
    func failures() throws {
        let folder = try TemporaryFolder.with(["b.jpg": "exif.jpg"])
        try folder.write(Data("no image".utf8), "a.jpg")
        let result = try CommandLineTool.depth("nowhere", ".", "--json", in: folder)
        #expect(result.status == 1)
        let objects = try result.objects()
        #expect(objects.map { $0["file"] as? String } == ["nowhere", "./a.jpg", "./b.jpg"])
        for object in objects.prefix(2) {
            #expect(object.keys.sorted() == ["error", "file"])
            let message = try #require(object["error"] as? String)
            #expect(result.errors.contains(message))
        }
        #expect(objects[2]["error"] == nil)
    }
}
