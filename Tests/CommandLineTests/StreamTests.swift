import Foundation
import TestSupport
import Testing

@Suite("fathom depth: terminals and pipes")
struct StreamTests {
    /// Erases the line, and the bar's first character.
    private static let barStart = "\r\u{1B}[K["

    private func makePhotographs(_ count: Int) throws -> TemporaryFolder {
        try TemporaryFolder.with(
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("\($0).jpg", "exif.jpg") }))
    }

    @Test("no progress bar where there is no terminal")
    func noBar() throws {
        let result = try CommandLineTool.depth(".", in: makePhotographs(2))
        #expect(result.errors.isEmpty)
        #expect(!result.output.contains("\u{1B}"))
    }

    @Test(
        "a progress bar on a terminal",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"),
            "SKIPPED: no /usr/bin/script to make a terminal"))
    func bar() throws {
        let folder = try makePhotographs(3)
        let result = try onTerminal("$FATHOM depth . --format npz $MODEL >lines", folder)
        #expect(result.status == 0)
        for text in ["] 1/3, ", "] 2/3, ", "[\(String(repeating: "#", count: 30))] 3/3, 0 s left"] {
            #expect(result.output.contains(text))
        }
        #expect(result.output.contains(Self.barStart))
        #expect(result.output.hasSuffix("\r\u{1B}[K"), "the bar is taken away at the end")
        let lines = try String(contentsOfFile: folder.file("lines"), encoding: .utf8)
        #expect(lines.split(separator: "\n").count == 3 && !lines.contains("\u{1B}"))

        // What is skipped is no part of it.
        let resumed = try onTerminal(
            "rm 0.npz 1.npz; $FATHOM depth . --format npz --skip-existing $MODEL >lines", folder)
        #expect(resumed.output.contains("] 1/2, ") && !resumed.output.contains("/3"))
        let single = try onTerminal("$FATHOM depth 0.jpg $MODEL >lines", folder)
        #expect(single.status == 0 && single.output.hasPrefix(Self.barStart) && single.output.contains("] 0/1, 0 s"))
        #expect(single.output.hasSuffix("\r\u{1B}[K"))
    }

    /// Standard error is a terminal, whose text comes back as the output.
    private func onTerminal(_ line: String, _ folder: TemporaryFolder) throws -> ProcessResult {
        try folder.write(Data(("#!/bin/bash\n" + CommandLineTool.expand(line)).utf8), ".line")
        return try execute("/usr/bin/script", ["-qec", "/bin/bash .line", "/dev/null"], in: folder.path)
    }

    @Test("a reader that goes away early ends the run without a hang or remains", arguments: ["", "--json"])
    func closedOutput(flag: String) throws {
        let folder = try makePhotographs(6)
        let result = try CommandLineTool.shell(
            "$FATHOM depth . \(flag) $MODEL | head -1; echo ${PIPESTATUS[0]}", in: folder)
        #expect(result.outputLines.count == 2)
        #expect(result.outputLines.first?.contains("./0.jpg") == true)
        // Stopped by SIGPIPE, or told by the failing write where that is ignored, or done before it noticed.
        #expect(["0", "1", "141"].contains(result.outputLines.last ?? ""))
        #expect(!result.errors.contains("Fatal error") && !result.errors.contains("Crash"))
        try expectNoRemains(folder)
    }

    @Test("messages that cannot be written stop nothing", arguments: ["2>/dev/full", "2>&-"])
    func lostErrors(redirection: String) throws {
        let folder = try makePhotographs(2)
        try folder.write(Data("no image".utf8), "bad.jpg")
        let result = try CommandLineTool.shell("$FATHOM depth . --format npz $MODEL \(redirection)", in: folder)
        #expect(result.status == 1)
        #expect(try folder.allFiles() == ["0.jpg", "0.npz", "1.jpg", "1.npz", "bad.jpg"])
    }

    @Test("an output that cannot be written is told")
    func fullOutput() throws {
        let folder = try makePhotographs(1)
        let result = try CommandLineTool.shell("$FATHOM depth . --json $MODEL >/dev/full", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("standard output cannot be written"))
        #expect(try folder.allFiles() == ["0.color.png", "0.jpg", "0.npz"])
    }
}
