import Imaging
import Testing

@Suite("Focal length")
struct FocalLengthTests {
    @Test("35 mm equivalents keep the diagonal's field of view")
    func equivalent() {
        let pixels = FocalLength.pixels(equivalent35mm: 26, width: 4032, height: 3024)
        #expect(abs(pixels - 3028.66307) < 5e-6)
        #expect(pixels == FocalLength.pixels(equivalent35mm: 26, width: 3024, height: 4032))
        // A 36 x 24 image of one pixel per millimetre: pixels are millimetres.
        #expect(abs(FocalLength.pixels(equivalent35mm: 50, width: 36, height: 24) - 50) < 1e-12)
    }

    @Test("Fields of view and pixels are two sides of one number", arguments: [10.0, 53.13, 90, 120])
    func fieldOfView(_ degrees: Double) {
        let pixels = FocalLength.pixels(horizontalFieldOfViewDegrees: degrees, width: 1600)
        let back = FocalLength.horizontalFieldOfViewDegrees(focalLengthPixels: pixels, width: 1600)
        #expect(abs(back - degrees) < 1e-10)
    }

    @Test("A right angle sees half the width at the focal length")
    func rightAngle() {
        #expect(abs(FocalLength.pixels(horizontalFieldOfViewDegrees: 90, width: 1000) - 500) < 1e-9)
    }
}
