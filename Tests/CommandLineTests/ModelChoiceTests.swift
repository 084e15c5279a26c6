import Foundation
import TestSupport
import Testing

@Suite("fathom without --model")
struct ModelChoiceTests {
    @Test("FATHOM_MODEL names the model")
    func environment() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        let run = "$FATHOM depth a.jpg --format npz --device cpu --threads 1"
        let named = try CommandLineTool.shell("FATHOM_MODEL='\(Fixture("mini").folder.path)' \(run)", in: folder)
        #expect(named.status == 0 && named.errors.isEmpty)
        #expect(try folder.allFiles() == ["a.jpg", "a.npz"])
        let missing = try CommandLineTool.shell("FATHOM_MODEL=none \(run)", in: folder)
        #expect(missing.status == 1)
        #expect(missing.errors.contains("FATHOM_MODEL is none") && missing.errors.contains("--model"))
    }

    @Test("Fathom Mini runs where it lies beside the program, and says so; without it, the error tells what to do")
    func bundled() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        try folder.copy(CommandLineTool.path, "bin/fathom")
        let run = "unset FATHOM_MODEL; bin/fathom depth a.jpg --format npz --device cpu --threads 1"
        let without = try CommandLineTool.shell(run, in: folder)
        #expect(without.status == 1 && without.errorLines.count == 1)
        #expect(without.errors.contains("bin/Models/mini") && without.errors.contains("--model"))
        for file in ["config.json", "model.safetensors"] {
            try folder.copy(Fixture("mini").path(file), "bin/Models/mini/\(file)")
        }
        let bundled = try CommandLineTool.shell(run, in: folder)
        #expect(bundled.status == 0)
        #expect(bundled.errorLines.count == 1 && bundled.errors.contains("Fathom Mini"))
    }
}
