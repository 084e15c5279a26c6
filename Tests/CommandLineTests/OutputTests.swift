import Foundation
import TestSupport
import Testing

@Suite("fathom depth: where results go")
struct OutputTests {
    @Test("an archive and a picture beside the photograph")
    func beside() throws {
        let folder = try TemporaryFolder.with(["holiday.jpg": "exif.jpg"])
        let result = try CommandLineTool.depth("holiday.jpg", in: folder)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        #expect(try folder.allFiles() == ["holiday.color.png", "holiday.jpg", "holiday.npz"])
        #expect(try depth(inArchive: folder.file("holiday.npz")).shape == [32, 48])
        let line = try #require(result.outputLines.first)
        #expect(result.outputLines.count == 1)
        #expect(line.hasPrefix("holiday.jpg: 48 x 32, focal 34.7 px (exif, 69.4 deg), depth "))
        for word in ["decode", "prepare", "encoders", "decoder", "field of view 0.00", "metric", "write"] {
            #expect(line.contains(word))
        }
    }

    @Test("below -o, in the structure of the folder that was walked", arguments: ["-o", "--output"])
    func below(flag: String) throws {
        let folder = try TemporaryFolder.with([
            "in/a.jpg": "exif.jpg", "in/x/y/b.png": "plain.png", "c.webp": "lossless.webp",
        ])
        try folder.write(Data("notes".utf8), "in/notes.txt")
        let result = try CommandLineTool.depth("in", "c.webp", flag, "out/new", "--format", "npz", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.outputLines.count == 3)
        #expect(
            try folder.files(without: "in/a.jpg", "in/x/y/b.png", "c.webp", "in/notes.txt")
                == ["out/new/a.npz", "out/new/c.npz", "out/new/x/y/b.npz"])
    }

    @Test("two photographs that differ only in their extension")
    func extensions() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "a.png": "plain.png", "b.jpg": "grey.jpg"])
        #expect(try CommandLineTool.depth(".", "--format", "npz", in: folder).status == 0)
        #expect(try folder.allFiles() == ["a.jpg", "a.jpg.npz", "a.png", "a.png.npz", "b.jpg", "b.npz"])
    }

    @Test("never over another photograph's")
    func clash() throws {
        let folder = try TemporaryFolder.with(["one/a.jpg": "exif.jpg", "two/a.jpg": "grey.jpg"])
        let result = try CommandLineTool.depth("one", "two", "-o", "out", "--format", "npz", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("two/a.jpg: its results would replace those of one/a.jpg"))
        #expect(try folder.allFiles().filter { $0.hasPrefix("out/") }.count == 1)
    }

    @Test("results of earlier runs are not taken for photographs")
    func secondRun() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "b/c.png": "plain.png"])
        #expect(try CommandLineTool.depth(".", "--format", "npz,png16,color", in: folder).outputLines.count == 2)
        let second = try CommandLineTool.depth(".", "--format", "npz,png16,color", in: folder).outputLines
        #expect(second.count == 3 && second.first == "left out 4 that are results of earlier runs")
        let wildcard = try CommandLineTool.shell("$FATHOM depth *.* --format npz $MODEL", in: folder)
        #expect(wildcard.status == 0, "\(wildcard.errors)")
        #expect(wildcard.outputLines.count == 2)
        #expect(
            try folder.allFiles() == [
                "a.color.png", "a.depth.png", "a.jpg", "a.npz", "b/c.color.png", "b/c.depth.png", "b/c.npz", "b/c.png",
            ])
    }

    @Test("--skip-existing computes only what is missing")
    func skipExisting() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "b.jpg": "grey.jpg"])
        #expect(try CommandLineTool.depth("a.jpg", in: folder).status == 0)
        let written = try folder.modificationDate("a.npz")
        let some = try CommandLineTool.depth(".", "--skip-existing", in: folder)
        #expect(some.status == 0)
        #expect(
            some.outputLines.prefix(2) == [
                "left out 1 that are results of earlier runs", "skipped 1 with results already there",
            ])
        #expect(some.outputLines.count == 3 && some.outputLines.last?.hasPrefix("./b.jpg: ") == true)
        #expect(try folder.modificationDate("a.npz") == written)
        // A format that is missing makes a photograph undone; without the flag everything is written again.
        #expect(
            try CommandLineTool.depth("a.jpg", "--skip-existing", "--format", "png16", in: folder)
                .outputLines.first?.hasPrefix("a.jpg: ") == true)
        #expect(try CommandLineTool.depth("a.jpg", "--overwrite", in: folder).status == 0)
        #expect(try depth(inArchive: folder.file("a.npz")).shape == [32, 48])
        // Nothing to do needs no model.
        let all = try CommandLineTool.run("depth", ".", "--skip-existing", "--model", "nowhere", in: folder)
        #expect(all.status == 0)
        #expect(all.outputLines.last == "skipped 2 with results already there" && all.outputLines.count == 2)
    }

    @Test("--skip-existing does not take another's file for a result", arguments: ["mine", ""])
    func skipForeign(content: String) throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        try folder.write(Data(content.utf8), "a.npz")
        let result = try CommandLineTool.depth(".", "--skip-existing", "--format", "npz", in: folder)
        #expect(result.status == 1 && result.errors.contains("a.npz: is there already"), "\(result.errors)")
        #expect(try Data(contentsOf: URL(filePath: folder.file("a.npz"))) == Data(content.utf8))
    }
}
