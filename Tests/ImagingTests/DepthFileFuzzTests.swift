import Foundation
import Imaging
import TestSupport
import Testing

/// Damages sound depth files in some thousands of seeded ways. Each mutant must be refused with an error or give a map as
/// large as it says; none may crash or ask for more memory than the limits allow.
@Suite("Fuzzed depth files", .serialized)
struct DepthFileFuzzTests {
    private static let limits = DepthFileLimits(maximumPixelCount: 1 << 16)

    @Test(
        "six hundred mutants of a file",
        arguments: [
            "f2.npy", "version2.npy", "stored.npz", "compressed.npz", "little.pfm", "sintel.dpt", "float.exr",
            "half.exr", "plain.exr", "colours.exr", "tiled.exr", "float.tif",
        ])
    func mutants(_ name: String) throws {
        let original = try FixtureImage.bytes("depth/" + name)
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: UInt64(original.count))
        var (maps, errors) = (0, 0)
        for index in 0..<600 {
            let bytes = Mutation.mutate(original, &generator)
            let path = try folder.write(bytes, "\(index)-" + name)
            do {
                let map = try DepthFileReader.read(path, limits: Self.limits).map
                #expect(map.values.count == map.width * map.height && map.values.count <= 1 << 16)
                maps += 1
            } catch {
                #expect(!"\(error)".isEmpty)
                errors += 1
            }
            try FileManager.default.removeItem(atPath: path)
        }
        #expect(maps > 0 && errors > 0, "\(maps) maps, \(errors) errors")
    }
}
