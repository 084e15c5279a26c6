import Foundation
import TestSupport
import Testing

/// What `fathom tune` says and keeps; what it measures is tested on devices in OpenCLBackendTests.
@Suite("fathom tune")
struct TuneTests {
    private static let record = #"""
        {"constants":{"ITEM_ROWS":6},"form":"vector","place":{"device":"d","driver":"1","platform":"p",\#
        "source":"0123456789abcdef"},"precision":"f32","seconds":0.011,"shape":{"columns":1024,"depth":4096,\#
        "kernel":"linear","rows":4096},"untunedSeconds":0.014}
        """#
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func tune(_ arguments: [String], device: String = "") throws -> ProcessResult {
        try execute(
            CommandLineTool.path, ["tune"] + arguments, in: folder.path,
            environment: ["FATHOM_CACHE_DIR": folder.file("cache"), "FATHOM_DEVICE": device])
    }

    @Test("exports what it imported")
    func roundTrip() throws {
        let text = "{\"fathomTuning\":1}\n\(Self.record)\n"
        try Data(text.utf8).write(to: URL(filePath: folder.file("in.jsonl")))
        let imported = try tune(["import", "in.jsonl"])
        #expect(imported.status == 0 && imported.output == "in.jsonl: 1 records\n", "\(imported.errors)")
        let exported = try tune(["export", "out.jsonl"])
        #expect(exported.status == 0 && exported.output == "out.jsonl: 1 records\n", "\(exported.errors)")
        #expect(try String(contentsOfFile: folder.file("out.jsonl"), encoding: .utf8) == text)
    }

    @Test("says why it cannot")
    func mistakes() throws {
        try Data("nonsense\n".utf8).write(to: URL(filePath: folder.file("bad.jsonl")))
        let model = Fixture("mini").folder.path
        let cases: [(arguments: [String], message: String)] = [
            (["export", "out.jsonl"], "nothing was tuned"), (["import", "bad.jsonl"], "bad.jsonl is no tuning file"),
            (["import", "nowhere.jsonl"], "nowhere.jsonl cannot be read"),
            (["--model", model, "--device", "cpu"], "choose an OpenCL device"),
            (["--model", model, "--budget", "0s"], "60s or 5m"), (["--model", model, "--budget", "soon"], "60s or 5m"),
            (["--model", model, "--budget", "1e308m"], "up to a day"),
        ]
        for (arguments, message) in cases {
            let result = try tune(arguments)
            #expect(result.status != 0 && result.errors.contains(message), "\(arguments): \(result.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("out.jsonl")))
    }

    @Test("keeps what a newer version wrote")
    func newerFile() throws {
        try folder.write(Data("{\"fathomTuning\":1}\n\(Self.record)\n".utf8), "in.jsonl")
        try folder.write(Data("{\"fathomTuning\":2}\n".utf8), "cache/tuning.jsonl")
        let result = try tune(["import", "in.jsonl"])
        #expect(result.status == 1 && result.errors.contains("it has version 2"), "\(result.errors)")
        let kept = try String(contentsOfFile: folder.file("cache/tuning.jsonl"), encoding: .utf8)
        #expect(kept == "{\"fathomTuning\":2}\n")
    }

    @Test("tunes the device that FATHOM_DEVICE names", arguments: [("cpu", "choose an OpenCL device"), ("x", "'x'")])
    func deviceOfEnvironment(name: String, message: String) throws {
        let result = try tune(["--model", Fixture("mini").folder.path], device: name)
        #expect(result.status == 1 && result.errors.contains(message), "\(result.errors)")
    }
}
