import Imaging
import Testing

@Suite("Photographs: orientation, focal length, colour profile")
struct PhotographMetadataTests {
    /// The EXIF orientation tag in a little-endian TIFF header: tag 0x0112, type short, one value.
    private static let orientationTag: [UInt8] = [0x12, 0x01, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00]

    /// The fixture with another value in its orientation tag.
    private func oriented(_ name: String, _ orientation: Int) throws -> [UInt8] {
        var bytes = try FixtureImage.bytes(name)
        let tag = Self.orientationTag
        let bigEndianTag: [UInt8] = [0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01]
        for start in bytes.indices.dropLast(tag.count + 3) {
            let window = bytes[start..<start + tag.count]
            if window.elementsEqual(tag) {
                bytes[start + tag.count] = UInt8(orientation)
                return bytes
            }
            if window.elementsEqual(bigEndianTag) {
                bytes[start + tag.count + 1] = UInt8(orientation)
                return bytes
            }
        }
        throw FixtureError.noOrientationTag(name)
    }

    private enum FixtureError: Error {
        case noOrientationTag(String)
    }

    /// Where column `x` of row `y` of the upright image lies in a stored image of `width` x `height` (EXIF 2.3, tag 274).
    private func stored(_ x: Int, _ y: Int, orientation: Int, width: Int, height: Int) -> (x: Int, y: Int) {
        switch orientation {
        case 2: (width - 1 - x, y)
        case 3: (width - 1 - x, height - 1 - y)
        case 4: (x, height - 1 - y)
        case 5: (y, x)
        case 6: (y, height - 1 - x)
        case 7: (width - 1 - y, height - 1 - x)
        case 8: (width - 1 - y, x)
        default: (x, y)
        }
    }

    @Test("Every EXIF orientation is turned upright", arguments: ["exif.jpg", "lossless.webp", "plain.tif"], 1...8)
    func orientation(_ name: String, _ orientation: Int) throws {
        let decoder = PhotographDecoder()
        let plain = try decoder.decode(FixtureImage.bytes(name), name: name).image
        let upright = try decoder.decode(oriented(name, orientation), name: name).image
        let isTurned = orientation >= 5
        #expect(upright.width == (isTurned ? plain.height : plain.width))
        #expect(upright.height == (isTurned ? plain.width : plain.height))
        var differences = 0
        for y in 0..<upright.height {
            for x in 0..<upright.width {
                let from = stored(x, y, orientation: orientation, width: plain.width, height: plain.height)
                if upright.colour(x, y) != plain.colour(from.x, from.y) { differences += 1 }
            }
        }
        #expect(differences == 0)
    }

    @Test("PNG's EXIF chunk turns the image")
    func pngOrientation() throws {
        let image = try PhotographDecoder().decode(contentsOf: FixtureImage.path("orientation6.png")).image
        #expect(image.width == FixtureImage.height)
        #expect(image.height == FixtureImage.width)
        #expect(image.colour(31, 0) == FixtureImage.colour(0, 0))
        #expect(image.colour(0, 47) == FixtureImage.colour(47, 31))
    }

    @Test("HEIC follows its own rotation and not EXIF's as well", arguments: [1, 6, 8])
    func heicOrientation(_ exifOrientation: Int) throws {
        let image = try PhotographDecoder().decode(oriented("rotated.heic", exifOrientation), name: "rotated").image
        #expect(image.width == FixtureImage.height)
        #expect(image.height == FixtureImage.width)
        // Turned counter-clockwise: the top right corner comes to the top left.
        for (x, y, expected) in [(0, 0, FixtureImage.colour(47, 0)), (31, 47, FixtureImage.colour(0, 31))] {
            let difference = try #require(FixtureImage.largestDifference(image.colour(x, y), expected))
            #expect(difference <= 3)
        }
    }

    @Test(
        "The 35 mm equivalent is read from EXIF",
        arguments: [
            ("exif.jpg", 26), ("lossless.webp", 26), ("plain.heic", 26), ("orientation6.png", 26), ("exif.tif", 26),
            ("plain.png", nil), ("progressive.jpg", nil), ("plain.tif", nil),
        ] as [(String, Double?)])
    func focalLength(_ name: String, _ expected: Double?) throws {
        #expect(try PhotographDecoder().decode(contentsOf: FixtureImage.path(name)).focalLength35mm == expected)
    }

    @Test("A 35 mm equivalent of zero means that it is unknown")
    func zeroFocalLength() throws {
        var bytes = try FixtureImage.bytes("exif.jpg")
        // Tag 0xA405, type short, one value, 26: in the file's byte order.
        let little: [UInt8] = [0x05, 0xA4, 3, 0, 1, 0, 0, 0, 26]
        let big: [UInt8] = [0xA4, 0x05, 0, 3, 0, 0, 0, 1, 0, 26]
        let end = bytes.indices.dropLast(10).compactMap { start -> Int? in
            if bytes[start..<start + little.count].elementsEqual(little) { return start + little.count - 1 }
            if bytes[start..<start + big.count].elementsEqual(big) { return start + big.count - 1 }
            return nil
        }
        bytes[try #require(end.first)] = 0
        #expect(try PhotographDecoder().decode(bytes, name: "zero").focalLength35mm == nil)
    }

    @Test("An embedded profile is applied", arguments: ["profile-adobe.png", "profile-adobe.tif"])
    func profile(_ name: String) throws {
        let image = try PhotographDecoder().decode(contentsOf: FixtureImage.path(name)).image
        // Little CMS through Pillow, relative colorimetric: see make.py.
        for (x, y, expected) in [(40, 2, [233, 7, 36]), (10, 25, [0, 201, 0])] as [(Int, Int, [UInt8])] {
            let difference = try #require(FixtureImage.largestDifference(image.colour(x, y), expected))
            #expect(difference <= 2)
        }
    }

    @Test("A profile that cannot be read or does not fit is as good as none")
    func brokenProfile() throws {
        let decoder = PhotographDecoder()
        let broken = try decoder.decode(contentsOf: FixtureImage.path("profile-broken.jpg")).image
        #expect(try broken == decoder.decode(contentsOf: FixtureImage.path("exif.jpg")).image)
        let misfit = try decoder.decode(contentsOf: FixtureImage.path("profile-misfit.png")).image
        #expect(try misfit == decoder.decode(contentsOf: FixtureImage.path("grey.png")).image)
    }
}
