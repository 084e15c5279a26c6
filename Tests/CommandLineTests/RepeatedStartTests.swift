import Foundation
import TestSupport
import Testing

/// The same bits from start to start, on every OpenCL device. `LibraryTests.required` fails when one that must be there is
/// missing.
@Suite("fathom depth: one start and the next")
struct RepeatedStartTests {
    @Test("give the same file, with programs compiled anew or stored, and any micro-batch", arguments: ["f32", "f16"])
    func sameBits(precision: String) throws {
        let folder = try TemporaryFolder()
        let run = { (device: Int, cache: String, microBatch: Int) in
            let output = folder.file("out-\(device)-\(cache)-\(microBatch)")
            let result = try execute(
                CommandLineTool.path,
                [
                    "depth", Fixture("mini").path("photo.png"), "--device", "opencl:\(device)", "--format", "npz",
                    "--output", output, "--precision", precision, "--micro-batch", "\(microBatch)",
                ] + CommandLineTool.modelArguments, in: folder.path,
                environment: ["FATHOM_CACHE_DIR": folder.file(cache)])
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
            return try Data(contentsOf: URL(filePath: output + "/photo.npz"))
        }
        for device in 0..<(try CommandLineTool.openCLDeviceCount()) {
            let first = try run(device, "first", 35)
            #expect(try run(device, "first", 7) == first, "opencl:\(device)")
            #expect(try run(device, "second", 35) == first, "opencl:\(device)")
        }
    }
}
