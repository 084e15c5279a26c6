import Fathom
import Foundation
import TestSupport
import Testing

@Suite("The same weights in every layout")
struct CheckpointLayoutTests {
    /// A Hugging Face folder, its weights named themselves, shards, their index, and Apple's file.
    static let paths = [
        Fixture.mini.path("model.safetensors"), Fixture("mini-sharded").folder.path,
        Fixture("mini-sharded").path("model.safetensors.index.json"), Fixture.mini.path("depth_pro.pt"),
    ]

    @Test("give the same bits", arguments: paths)
    func bits(path: String) throws {
        let photograph = try Fixture.mini.photograph()
        let expected = try Fixture.mini.estimator().estimate(photograph)
        let depth = try DepthEstimator(model: path).estimate(photograph)
        #expect(depth.metres == expected.metres)
        #expect(depth.focalLengthPixels == expected.focalLengthPixels)
    }

    @Test("half-precision weights too", arguments: ["mini-f16", "mini-bf16"])
    func half(name: String) throws {
        let fixture = Fixture(name)
        let photograph = try fixture.photograph()
        let expected = try fixture.estimator().estimate(photograph)
        let depth = try DepthEstimator(model: fixture.path("depth_pro.pt")).estimate(photograph)
        #expect(depth.metres == expected.metres)
        #expect(depth.focalLengthPixels == expected.focalLengthPixels)
        #expect(try depth.metres != Fixture.mini.estimator().estimate(photograph).metres)
    }

    @Test("a folder that holds only Apple's file")
    func appleFolder() throws {
        let folder = try TemporaryFolder()
        try folder.copy(Fixture.mini.path("depth_pro.pt"), "depth_pro.pt")
        let photograph = try Fixture.mini.photograph()
        let depth = try DepthEstimator(model: folder.path).estimate(photograph)
        #expect(try depth.metres == Fixture.mini.estimator().estimate(photograph).metres)
    }
}
