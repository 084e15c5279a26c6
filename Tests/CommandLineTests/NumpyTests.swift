import Foundation
import TestSupport
import Testing

@Suite("fathom depth: what numpy reads")
struct NumpyTests {
    /// A Python with numpy: the oracle's, or the system's.
    static let python = [Fixture.packageRoot.appending(path: ".build/oracle/bin/python").path, "/usr/bin/env"]
        .first { isUsable($0) }

    private static func isUsable(_ program: String) -> Bool {
        (try? execute(program, prefix(program) + ["-c", "import numpy"], in: nil).status) == 0
    }

    private static func prefix(_ program: String) -> [String] { program.hasSuffix("/env") ? ["python3"] : [] }

    @Test(
        "every array with its type and shape",
        .enabled(if: python != nil, "SKIPPED: no python3 with numpy, numpy.load is not tested"))
    func load() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        let run = try CommandLineTool.depth("a.jpg", "--focal-px", "450", "--format", "npz", in: folder)
        #expect(run.status == 0)
        let script = """
            import numpy
            z = numpy.load("a.npz")
            for name in z.files: print(name, z[name].dtype, z[name].shape)
            print(float(z["focallength_px"]), str(z["focal_source"]), str(z["model"]))
            print(abs(float(z["fov_deg"]) - 2 * numpy.degrees(numpy.arctan(24 / 450))) < 1e-9)
            d = z["depth"]
            print(bool(numpy.isfinite(d).all()), bool((d >= 1e-4 * (1 - 1e-6)).all()), bool((d <= 1e4 * (1 + 1e-6)).all()))
            print(f"{d.astype(numpy.float64).sum():.17g}")
            """
        let program = try #require(Self.python)
        let result = try execute(program, Self.prefix(program) + ["-c", script], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.outputLines
        try #require(lines.count == 9)
        #expect(lines[0] == "depth float32 (32, 48)")
        #expect(lines[1] == "focallength_px float64 ()" && lines[2] == "fov_deg float64 ()")
        #expect(lines[3].hasPrefix("focal_source <U") && lines[4].hasPrefix("model <U"))
        #expect(lines[5] == "450.0 user mini" && lines[6] == "True" && lines[7] == "True True True")
        let sum = try depth(inArchive: folder.file("a.npz")).metres.reduce(0.0) { $0 + Double($1) }
        #expect(abs(try #require(Double(lines[8])) / sum - 1) <= 1e-12)
    }
}
