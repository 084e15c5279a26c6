import Fathom
import Foundation
import TestSupport
import Testing

@Suite("Focal lengths")
struct FocalLengthTests {
    @Test("convert to pixels")
    func conversions() throws {
        #expect(try KnownFocalLength.pixels(1234.5).pixels(width: 10, height: 20) == 1234.5)
        let right = try KnownFocalLength.horizontalFieldOfViewDegrees(90).pixels(width: 600, height: 1)
        #expect(abs(right - 300) <= 1e-9)
        let narrow = try KnownFocalLength.horizontalFieldOfViewDegrees(60).pixels(width: 600, height: 1)
        #expect(abs(narrow - 300 * 3.0.squareRoot()) <= 1e-9)
        // On the 36 mm x 24 mm frame itself, a millimetre is a pixel; upright or not.
        for (width, height) in [(36, 24), (24, 36)] {
            #expect(abs(try KnownFocalLength.equivalent35mm(50).pixels(width: width, height: height) - 50) <= 1e-9)
        }
        // Another shape of frame: by the diagonal, 5 : sqrt(36^2 + 24^2).
        let square = try KnownFocalLength.equivalent35mm(26).pixels(width: 4000, height: 3000)
        #expect(abs(square - 26 * 5000 / 1872.0.squareRoot()) <= 1e-9)
    }

    @Test(
        "that no camera has are refused",
        arguments: [0, -1, -.infinity, .infinity, .nan, 1e-300, 1e300, .leastNonzeroMagnitude] as [Double])
    func impossible(value: Double) {
        for known in [KnownFocalLength.pixels(value), .equivalent35mm(value), .horizontalFieldOfViewDegrees(value)] {
            expectFailure(.invalidArgument, "\(value)", "cannot be") { _ = try known.pixels(width: 600, height: 400) }
        }
    }

    @Test("fields of view that no flat picture has are refused", arguments: [180, 180.000001, 360] as [Double])
    func impossibleFieldOfView(degrees: Double) {
        expectFailure(.invalidArgument, "\(degrees)", "horizontal field of view in degrees") {
            _ = try KnownFocalLength.horizontalFieldOfViewDegrees(degrees).pixels(width: 600, height: 400)
        }
    }

    @Test("an impossible one stops an estimate, whoever states it")
    func impossibleEstimate() throws {
        let estimator = try Fixture.mini.estimator()
        let photograph = try Fixture.mini.photograph()
        expectFailure(.invalidArgument, "-3", "focal length in pixels") {
            _ = try estimator.estimate(photograph, focalLength: .pixels(-3))
        }
        let misled = try Fixture.mini.photograph(focalLength35mm: -26)
        expectFailure(.invalidArgument, "-26", "35 mm") { _ = try estimator.estimate(misled) }
        #expect(try estimator.estimate(misled, focalLength: .pixels(450)).focalLengthSource == .user)
    }

    @Test("the caller's beats EXIF's, which beats the network's")
    func precedence() throws {
        let estimator = try Fixture.mini.estimator()
        let plain = try Fixture.mini.photograph()
        let tagged = try Fixture.mini.photograph(focalLength35mm: 26)
        let diagonal = Double(plain.width * plain.width + plain.height * plain.height).squareRoot()

        let network = try estimator.estimate(plain)
        #expect(network.focalLengthSource == .network)
        #expect(network.seconds.fieldOfView > 0)

        let exif = try estimator.estimate(tagged)
        #expect(exif.focalLengthSource == .exif)
        #expect(abs(exif.focalLengthPixels - 26 * diagonal / 1872.0.squareRoot()) <= 1e-9)

        let user = try estimator.estimate(tagged, focalLength: .pixels(450))
        #expect(user.focalLengthSource == .user)
        #expect(user.focalLengthPixels == 450)
        #expect(abs(user.horizontalFieldOfViewDegrees - 2 * atan(613.0 / 900) * 180 / .pi) <= 1e-9)
        #expect(try user.metres == estimator.estimate(plain, focalLength: .pixels(450)).metres)

        // The field-of-view network costs nothing when it is not asked, and leaves no trace in the next estimate.
        for known in [exif, user] {
            #expect(known.seconds.fieldOfView == 0)
            #expect(known.seconds.encoders > 0 && known.seconds.decoder > 0)
        }
        #expect(try estimator.estimate(plain).metres == network.metres)
    }

    @Test("depth is proportional to them")
    func proportional() throws {
        let estimator = try Fixture("mini").estimator()
        let photograph = try Fixture.mini.photograph()
        let near = try estimator.estimate(photograph, focalLength: .pixels(450))
        let far = try estimator.estimate(photograph, focalLength: .pixels(900))
        // A power of two changes no bit of the mantissa; only the limit of 10 km may cut.
        #expect(zip(near.metres, far.metres).allSatisfy { $1 == min(2 * $0, far.metres.max() ?? 0) })
        #expect(near.range.median * 2 == far.range.median)
    }

    @Test("a photograph's file tells its own", arguments: [("exif.jpg", 26.0), ("plain.png", nil)])
    func file(name: String, millimetres: Double?) throws {
        let photograph = try Photograph(contentsOf: imageFixture(name))
        #expect(photograph.focalLength35mm == millimetres)
        let depth = try Fixture.mini.estimator().estimate(photograph)
        #expect(depth.focalLengthSource == (millimetres == nil ? .network : .exif))
        #expect(depth.width == 48 && depth.height == 32 && depth.metres.count == 48 * 32)
    }
}
