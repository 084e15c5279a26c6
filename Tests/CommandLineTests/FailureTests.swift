import Foundation
import TestSupport
import Testing

@Suite("fathom depth: what goes wrong")
struct FailureTests {
    @Test("a bad photograph is reported, the others are written, a summary ends the run")
    func badAmongGood() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "c.jpg": "grey.jpg", "e.jpg": "exif.jpg"])
        try folder.write(Data("no image".utf8), "b.jpg")
        try folder.write(Data(contentsOf: URL(filePath: imageFixture("exif.jpg"))).prefix(700), "d.jpg")
        let result = try CommandLineTool.depth(".", "--format", "npz", in: folder)
        #expect(result.status == 1)
        #expect(result.outputLines.count == 3)
        #expect(try folder.allFiles().filter { $0.hasSuffix("npz") } == ["a.npz", "c.npz", "e.npz"])
        let lines = result.errorLines
        try #require(lines.count == 5)
        #expect(lines[0].hasPrefix("fathom: ./b.jpg: ") && lines[1].hasPrefix("fathom: ./d.jpg: "))
        #expect(lines[2] == "fathom: 2 of 5 failed:")
        #expect(lines[3] == lines[0].replacingOccurrences(of: "fathom:", with: " "))
        #expect(lines[4] == lines[1].replacingOccurrences(of: "fathom:", with: " "))
    }

    @Test("one bad photograph alone needs no summary")
    func badAlone() throws {
        let folder = try TemporaryFolder()
        try folder.write(Data(), "a.jpg")
        let result = try CommandLineTool.depth("a.jpg", in: folder)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errorLines.count == 1 && result.errors.hasPrefix("fathom: a.jpg: is empty"))
        #expect(try folder.allFiles() == ["a.jpg"])
    }

    @Test("a photograph larger than --max-pixels is not decoded")
    func tooLarge() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        let result = try CommandLineTool.depth("a.jpg", "--max-pixels", "1535", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("48 x 32") && result.errors.contains("--max-pixels"))
        #expect(try CommandLineTool.depth("a.jpg", "--max-pixels", "1536", in: folder).status == 0)
    }

    @Test("a file that meets a size limit is an error, and nothing is left of it")
    func fileSizeLimit() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        // 1 KB; the depth of 48 x 32 pixels takes 6.
        let result = try CommandLineTool.shell(
            "ulimit -f 1; $FATHOM depth a.jpg --format npz $MODEL >/dev/null 2>&1", in: folder)
        #expect(result.status == 1)
        #expect(try folder.allFiles() == ["a.jpg"])
    }

    @Test("an error of the network names the photograph")
    func networkError() throws {
        let folder = try TemporaryFolder.with(["a.png": "plain.png", "b.jpg": "exif.jpg"])
        let model = Fixture("mini")
        try folder.copy(model.path("model.safetensors"), "model/model.safetensors")
        let configuration = try String(contentsOfFile: model.path("config.json"), encoding: .utf8)
        let without = configuration.replacing(/"use_fov_model":\s*true/, with: "\"use_fov_model\": false")
        try folder.write(Data(without.utf8), "model/config.json")
        let result = try execute(
            CommandLineTool.path, ["depth", "a.png", "b.jpg", "--model", "model", "--format", "npz"], in: folder.path)
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("fathom: a.png: model has no field-of-view network"))
        #expect(result.outputLines.count == 1 && result.output.hasPrefix("b.jpg: "))
    }

    @Test("nothing found")
    func nothing() throws {
        let folder = try TemporaryFolder()
        try folder.write(Data("x".utf8), "in/notes.txt")
        let result = try CommandLineTool.depth("in", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("fathom: there is no photograph in in; JPEG, "))
        let missing = try CommandLineTool.depth("nowhere.jpg", in: folder)
        #expect(missing.status == 1)
        #expect(missing.errors == "fathom: nowhere.jpg: no such file or folder; check the path\n")
    }

    @Test("a model that is not there, or is none", arguments: ["nowhere", "a.jpg"])
    func model(path: String) throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        for command in [["depth", "a.jpg"], ["plan"]] {
            let result = try execute(CommandLineTool.path, command + ["--model", path], in: folder.path)
            #expect(result.status == 1)
            #expect(result.output.isEmpty)
            #expect(result.errorLines.count == 1)
            #expect(result.errors.hasPrefix("fathom: ") && result.errors.contains(path))
        }
        #expect(try folder.allFiles() == ["a.jpg"])
    }

    @Test("a model whose weights are truncated, also by fathom plan, which reads none")
    func truncatedModel() throws {
        let folder = try TemporaryFolder()
        let model = Fixture("mini")
        try folder.copy(model.path("config.json"), "config.json")
        let bytes = try Data(contentsOf: URL(filePath: model.path("model.safetensors")))
        try folder.write(bytes.dropLast(1), "model.safetensors")
        let result = try CommandLineTool.run("plan", "--model", folder.path)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("model.safetensors"))
    }
}
