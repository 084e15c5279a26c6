import Fathom
import Foundation
import TestSupport
import Testing

@Suite("Models without a sound field-of-view network")
struct FieldOfViewTests {
    private func withoutFieldOfView() throws -> ModelCopy {
        let model = try ModelCopy()
        try model.editConfiguration { $0["use_fov_model"] = false }
        return model
    }

    @Test("need a focal length and say how to give it")
    func needed() throws {
        let model = try withoutFieldOfView()
        let estimator = try DepthEstimator(model: model.path)
        #expect(!estimator.estimatesFieldOfView)
        expectFailure(.invalidArgument, "no field-of-view network", "give one") {
            _ = try estimator.estimate(Fixture.mini.photograph())
        }
    }

    @Test("work with one, as the whole model does")
    func given() throws {
        let model = try withoutFieldOfView()
        let estimator = try DepthEstimator(model: model.path)
        let whole = try Fixture.mini.estimator()
        let photograph = try Fixture.mini.photograph()
        let tagged = try Fixture.mini.photograph(focalLength35mm: 26)
        let known = KnownFocalLength.pixels(450)
        #expect(
            try estimator.estimate(photograph, focalLength: known).metres
                == whole.estimate(photograph, focalLength: known).metres)
        #expect(try estimator.estimate(tagged).metres == whole.estimate(tagged).metres)
        #expect(try estimator.estimate(tagged).focalLengthSource == .exif)
    }

    @Test("cost less")
    func cost() throws {
        let model = try withoutFieldOfView()
        let (part, whole) = (
            try ModelSummary(model: model.path), try ModelSummary(model: Fixture.mini.folder.path)
        )
        #expect(part.flopCount < whole.flopCount)
        #expect(part.weightByteCount < whole.weightByteCount)
        #expect(!part.rows.contains { $0.module.hasPrefix("fov") })
    }

    @Test("an angle that no camera has is refused, and the model works with a focal length", arguments: [-1e4, 1e4])
    func impossible(bias: Float) throws {
        let model = try ModelCopy()
        try model.editWeights { try $0.set("fov_model.head.layers.4.bias", 0, bias) }
        let estimator = try DepthEstimator(model: model.path)
        let photograph = try Fixture.mini.photograph()
        expectFailure(.device, "field of view", "no camera", "give the focal length") {
            _ = try estimator.estimate(photograph)
        }
        #expect(try estimator.estimate(photograph, focalLength: .pixels(450)).focalLengthSource == .user)
    }

    @Test("weights so large that the depth is no number are told")
    func overflow() throws {
        let model = try ModelCopy()
        try model.editWeights { try $0.set("head.layers.2.bias", 0, 3e38) }
        try model.editWeights { try $0.set("head.layers.4.weight", 0, 3e38) }
        try model.editWeights { try $0.set("head.layers.4.weight", 1, -3e38) }
        try model.editWeights { try $0.set("head.layers.2.bias", 1, 3e38) }
        let estimator = try DepthEstimator(model: model.path)
        expectFailure(.device, "not a number") {
            _ = try estimator.estimate(Fixture.mini.photograph(), focalLength: .pixels(450))
        }
    }
}
