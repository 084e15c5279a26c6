import Fathom
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Finding photographs and naming results")
struct DepthJobTests {
    private func makeFolder(_ names: String...) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in names { try folder.write(Data([1]), name) }
        return folder
    }

    /// The photographs and stems, both from the folder.
    private func find(
        _ paths: [String], in folder: TemporaryFolder, output: String? = nil
    ) -> (found: [String: String], failures: [String]) {
        let (jobs, failures, _) = DepthJob.find(paths.map(folder.file), outputFolder: output.map(folder.file))
        func relative(_ path: String) -> String { path.replacingOccurrences(of: folder.path + "/", with: "") }
        let pairs = jobs.map { (relative($0.photographPath), relative($0.outputStem)) }
        return (Dictionary(pairs) { $0 + " and " + $1 }, failures.map { relative("\($0.error)") })
    }

    @Test("beside the photograph, or below the output folder in the structure that was walked")
    func placement() throws {
        let folder = try makeFolder("in/a.jpg", "in/deep/er/b.PNG", "in/notes.txt", "c.webp")
        #expect(
            find(["in", "c.webp"], in: folder).found == [
                "in/a.jpg": "in/a", "in/deep/er/b.PNG": "in/deep/er/b",
                "c.webp": "c",
            ])
        let (found, failures) = find(["in", "c.webp"], in: folder, output: "out")
        #expect(found == ["in/a.jpg": "out/a", "in/deep/er/b.PNG": "out/deep/er/b", "c.webp": "out/c"])
        #expect(failures.isEmpty)
    }

    @Test("two that differ in their extension keep it")
    func extensions() throws {
        let folder = try makeFolder("a.jpg", "a.png", "b.jpg")
        #expect(find(["."], in: folder).found.values.allSatisfy { !$0.isEmpty })
        let (found, _) = find(["a.jpg", "a.png", "b.jpg"], in: folder)
        #expect(found == ["a.jpg": "a.jpg", "a.png": "a.png", "b.jpg": "b"])
    }

    @Test("keeping the extension does not make them meet a third")
    func thirdName() throws {
        let folder = try makeFolder("a.jpg", "a.png", "a.jpg.png", "a")
        let (found, failures) = find(["a.jpg", "a.png", "a.jpg.png", "a"], in: folder)
        #expect(found == ["a.jpg": "a.jpg", "a.png": "a.png", "a.jpg.png": "a.jpg.png", "a": "a"])
        #expect(failures.isEmpty)
    }

    @Test("results never replace those of another photograph")
    func clash() throws {
        let folder = try makeFolder("one/a.jpg", "two/a.jpg", "two/b.jpg")
        let (found, failures) = find(["one", "two"], in: folder, output: "out")
        #expect(found == ["one/a.jpg": "out/a.jpg", "two/b.jpg": "out/b"])
        #expect(failures == ["two/a.jpg: its results would replace those of one/a.jpg; give it another folder"])
    }

    @Test("a photograph is taken once, however often it is named", arguments: [nil, "out"])
    func twice(output: String?) throws {
        let folder = try makeFolder("in/a.jpg")
        let prefix = output ?? "in"
        for paths in [["in/a.jpg", "in/a.jpg"], ["in/a.jpg", "./in//a.jpg"], ["in", "in/a.jpg"], ["in", "in"]] {
            let (found, failures) = find(paths, in: folder, output: output)
            #expect(found == ["in/a.jpg": "\(prefix)/a"], "\(paths)")
            #expect(failures.isEmpty)
        }
    }

    @Test("results of earlier runs are not photographs, in a folder or by a wildcard")
    func results() throws {
        let names = ["a.color.png", "a.depth.png", "a.jpg", "a.npz", "a.color.color.png", "a.color.npz"]
        let folder = try TemporaryFolder()
        for name in names { try folder.write(Data([1]), "in/" + name) }
        #expect(find(["in"], in: folder).found == ["in/a.jpg": "in/a"])
        #expect(find(names.map { "in/" + $0 }, in: folder).found == ["in/a.jpg": "in/a"])
    }

    @Test("a result that is named alone is taken")
    func resultAlone() throws {
        let folder = try makeFolder("a.color.png", "a.jpg")
        #expect(find(["a.color.png"], in: folder).found == ["a.color.png": "a.color"])
    }

    @Test("photographs that are named as results are taken where they are none", arguments: [nil, "out"])
    func namedAsResult(output: String?) throws {
        let folder = try makeFolder("in/sky.color.png", "in/sea.depth.png", "in/map.depth.tiff", "in/b.jpg")
        let (found, failures) = find(["in"], in: folder, output: output)
        #expect(found.keys.sorted() == ["in/b.jpg", "in/map.depth.tiff", "in/sea.depth.png", "in/sky.color.png"])
        #expect(failures.isEmpty)
    }

    @Test("results are known by their photograph beside them, in the output's mirror, or by their mark")
    func leftOut() throws {
        let folder = try makeFolder(
            "in/a.jpg", "in/a.color.png", "in/out/a.depth.png", "in/x/b.jpg.color.png", "in/x/b.jpg")
        try folder.write(Data("a picture's head, tEXtSoftware\0Fathom, its pixels".utf8), "in/old/c.color.png")
        let paths = { (output: String) in
            DepthJob.find([folder.file("in")], outputFolder: folder.file(output)).results
                .map { $0.replacingOccurrences(of: folder.path + "/", with: "") }
        }
        #expect(
            paths("in/out")
                == ["in/a.color.png", "in/old/c.color.png", "in/out/a.depth.png", "in/x/b.jpg.color.png"])
        #expect(paths("elsewhere") == ["in/a.color.png", "in/old/c.color.png", "in/x/b.jpg.color.png"])
    }

    @Test("what is not there is a failure that names it")
    func missing() throws {
        let folder = try makeFolder("a.jpg")
        let (jobs, failures, _) = DepthJob.find([folder.file("nowhere"), folder.file("a.jpg")], outputFolder: nil)
        #expect(jobs.map(\.photographPath) == [folder.file("a.jpg")])
        #expect(failures.map(\.path) == [folder.file("nowhere")])
        #expect(failures.first?.error.code == .unreadableImage)
    }

    @Test("done when all results are there")
    func done() throws {
        let folder = try makeFolder("a.jpg", "a.depth.pfm", "a.depth.exr")
        let job = try #require(DepthJob.find([folder.file("a.jpg")], outputFolder: nil).jobs.first)
        let depth = try DepthImage(width: 1, height: 1, metres: [2])
        let metadata = DepthMetadata(
            focalLengthPixels: 1, horizontalFieldOfViewDegrees: 50, focalSource: "user", model: "none")
        try DepthNPZ.write(depth, metadata, to: job.outputPath(.npz))
        #expect(job.outputPath(.npz) == folder.file("a.npz"))
        #expect(job.outputPath(.png16) == folder.file("a.depth.png"))
        #expect(job.outputPath(.color) == folder.file("a.color.png"))
        #expect(job.isDone([.npz]) && !job.isDone([.npz, .color]) && !job.isDone([.png16]))
        // Which of these Fathom did not write can be told of one.
        #expect(job.isDone([.pfm]) && !job.isDone([.exr]))
    }
}
