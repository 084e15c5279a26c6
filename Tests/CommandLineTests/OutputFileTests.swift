import Foundation
import TestSupport
import Testing

/// What every command does with the files and the stream that its results go to.
@Suite("fathom: where figures go")
struct OutputFileTests {
    private static let model = "--model '\(Fixture("mini").folder.path)'"
    private static let once = "--runs 1 --warmup 0 --device cpu --threads 1 \(model)"

    /// A folder of depths to measure with themselves.
    private func makeFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        #expect(try CommandLineTool.depth("a.jpg", "--format", "npz", "-o", "p", in: folder).status == 0)
        return folder
    }

    @Test(
        "a file name of one character",
        arguments: [
            "evaluate --pred p --gt p --csv x", "profile \(once) --csv x", "profile \(once) --trace x",
            "profile \(once) --roofline x", "bench kernels \(once) --filter attn.qkv --json x",
        ])
    func shortName(command: String) throws {
        let folder = try makeFolder()
        let result = try CommandLineTool.shell("$FATHOM \(command)", in: folder)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.status) \(result.errors)")
        #expect(try folder.allFiles().contains("x"))
    }

    @Test(
        "a place that cannot be written is told before the work",
        arguments: [("none/x", "there is no folder none"), ("p", "Is a directory")])
    func place(path: String, reason: String) throws {
        let folder = try makeFolder()
        for command in ["evaluate --pred p --gt p --csv", "profile \(Self.once) --trace", "bench \(Self.once) --json"] {
            let result = try CommandLineTool.shell("$FATHOM \(command) \(path)", in: folder)
            #expect(result.status == 1 && result.output.isEmpty)
            #expect(result.errors.contains("\(path): cannot be written (\(reason)"))
        }
    }

    @Test("what is no regular file is written into, and a link stays one")
    func otherThanFiles() throws {
        let folder = try makeFolder()
        try folder.write(Data("old".utf8), "real.csv")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.csv"), withDestinationPath: "real.csv")
        let line = "mkfifo pipe && (cat pipe >got & $FATHOM evaluate --pred p --gt p --csv pipe && wait)"
        let result = try CommandLineTool.shell(
            "\(line) && [ -p pipe ] && $FATHOM evaluate --pred p --gt p --csv link.csv && [ -L link.csv ]", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        for name in ["got", "real.csv"] {
            let text = try String(contentsOfFile: folder.file(name), encoding: .utf8)
            #expect(text.hasPrefix("method,"), "\(name): \(text.prefix(80))")
        }
    }

    @Test(
        "a standard output that cannot be written is a failure",
        arguments: [
            "plan \(model)", "plan --json \(model)", "devices", "devices --json", "evaluate --pred p --gt p",
            "evaluate --pred p --gt p --json", "evaluate --pred p --gt p --csv -", "profile \(once)",
            "profile \(once) --json", "profile \(once) --csv -", "bench kernels \(once) --list",
            "bench kernels \(once) --filter attn.qkv", "bench network \(once) --json -",
        ])
    func fullOutput(command: String) throws {
        let result = try CommandLineTool.shell("FATHOM_DEVICE=cpu $FATHOM \(command) >/dev/full", in: makeFolder())
        #expect(result.status == 1)
        #expect(result.errors.contains("fathom: standard output cannot be written"), "\(result.errors)")
    }
}
