import Fathom
import TestSupport
import Testing

/// Metric depth against transformers in float64, through the public interface and from the photograph's file.
@Suite("Metric depth against the reference", .serialized)
struct ReferenceDepthTests {
    @Test("within 1e-4 where the inverse depth is nowhere near zero", arguments: ["narrow-11", "narrow-13", "wide-21"])
    func relative(name: String) throws {
        let fixture = Fixture(name)
        let (estimated, known) = try depths(fixture)
        try expectFieldOfView(estimated, fixture)
        for (depth, array) in [(estimated, "depth"), (known, "depth_known_focal")] {
            let expected = try fixture.array(array)
            #expect([depth.height, depth.width] == expected.shape)
            #expect(worstError(depth.metres, expected.values) { 1e-4 * $0 } <= 1, "\(name) \(array)")
        }
    }

    @Test(
        "within 1e-4, of a fiftieth of the largest inverse depth where it is nearly zero, for every type of weights",
        arguments: ["narrow-12", "mini", "mini-f16", "mini-bf16", "mini-sharded", "mini-embedded"])
    func reciprocal(name: String) throws {
        let fixture = Fixture(name)
        let (estimated, known) = try depths(fixture)
        try expectFieldOfView(estimated, fixture)
        for (depth, array) in [(estimated, "depth"), (known, "depth_known_focal")] {
            let expected = try fixture.array(array)
            #expect([depth.height, depth.width] == expected.shape)
            let inverse = expected.values.map { 1 / $0 }
            let maximum = Double(try #require(inverse.max()))
            let error = worstError(depth.metres.map { 1 / $0 }, inverse) { 1e-4 * max($0, maximum / 50) }
            #expect(error <= 1, "\(name) \(array)")
        }
    }

    private func depths(_ fixture: Fixture) throws -> (estimated: DepthMap, known: DepthMap) {
        let estimator = try fixture.estimator()
        #expect(estimator.modelName == fixture.name)
        #expect(estimator.deviceName == "cpu")
        #expect(estimator.estimatesFieldOfView)
        let photograph = try Photograph(contentsOf: fixture.path("photo.png"))
        #expect(try photograph.pixels == fixture.array("photo").values.map { UInt8($0) })
        return (
            try estimator.estimate(photograph), try estimator.estimate(photograph, focalLength: .pixels(450))
        )
    }

    private func expectFieldOfView(_ depth: DepthMap, _ fixture: Fixture) throws {
        let expected = try fixture.fieldOfViewDegrees
        #expect(abs(depth.horizontalFieldOfViewDegrees - expected) <= 1e-3)
        let focalLength = Double(try #require(fixture.array("focal_length_px").values.first))
        #expect(abs(depth.focalLengthPixels / focalLength - 1) <= 1e-4)
        #expect(depth.focalLengthSource == .network)
        #expect(depth.modelName == fixture.name)
    }
}
