import Archives
import Imaging
import Testing

@Suite("Photographs: formats and samples")
struct PhotographFormatTests {
    private func decode(_ name: String) throws -> PixelImage {
        try PhotographDecoder().decode(contentsOf: FixtureImage.path(name)).image
    }

    @Test(
        "Lossless files give their samples bit for bit",
        arguments: [
            "plain.png", "plain.tif", "lossless.webp", "rgba.png", "rgb16.png", "rgb16.tif", "pages.tif",
            "profile-srgb.png",
        ])
    func lossless(_ name: String) throws {
        let image = try decode(name)
        #expect(image.width == FixtureImage.width)
        #expect(image.height == FixtureImage.height)
        #expect(image.pixels == FixtureImage.pixels())
    }

    @Test("Grey becomes three equal channels", arguments: ["grey.png", "grey-alpha.png", "grey16.png"])
    func grey(_ name: String) throws {
        #expect(try decode(name).pixels == FixtureImage.pixels { [$0[0], $0[0], $0[0]] })
    }

    @Test("One bit becomes black and white")
    func oneBit() throws {
        let expected = FixtureImage.pixels { [UInt8](repeating: $0[0] > 100 ? 255 : 0, count: 3) }
        #expect(try decode("bit.png").pixels == expected)
    }

    @Test("A palette is looked up")
    func palette() throws {
        #expect(try decode("palette.png") == decode("palette-as-rgb.png"))
    }

    @Test(
        "JPEG gives the samples that Pillow gives",
        arguments: [("exif.jpg", UInt32(0xa813_e597)), ("progressive.jpg", UInt32(0x18ee_2712))])
    func jpegMatchesPillow(_ name: String, _ expected: UInt32) throws {
        var checksum = CRC32()
        checksum.update(try decode(name).pixels)
        #expect(checksum.value == expected)
    }

    @Test("Lossy files stay near the picture", arguments: [("plain.avif", 4), ("plain.heic", 3)])
    func lossy(_ name: String, _ limit: Int) throws {
        let difference = try #require(FixtureImage.largestDifference(decode(name).pixels, FixtureImage.pixels()))
        #expect(difference <= limit)
    }

    @Test("Grey JPEG becomes three equal channels")
    func greyJPEG() throws {
        let image = try decode("grey.jpg")
        let expected = FixtureImage.pixels { [$0[0], $0[0], $0[0]] }
        let difference = try #require(FixtureImage.largestDifference(image.pixels, expected))
        #expect(difference <= 8)
        #expect((0..<image.width).allSatisfy { Set(image.colour($0, 5)).count == 1 })
    }

    @Test("CMYK inks become their colours", arguments: ["cmyk.jpg", "cmyk.tif"])
    func cmyk(_ name: String) throws {
        let image = try decode(name)
        let (white, cyan) = (image.colour(5, 9), image.colour(18, 9))
        let (magenta, black) = (image.colour(30, 9), image.colour(42, 9))
        #expect(white.allSatisfy { $0 > 250 })
        #expect(cyan[0] < 60 && cyan[1] > 120 && cyan[2] > 180)
        #expect(magenta[0] > 180 && magenta[1] < 80 && magenta[2] > 90)
        #expect(black.allSatisfy { $0 < 60 })
    }

    @Test("Linear floating point RGB gets the sRGB curve")
    func floatingPoint() throws {
        // 0.5 linear is 188 in sRGB.
        #expect(try decode("float.tif").pixels == [UInt8](repeating: 188, count: 8 * 8 * 3))
    }

    @Test("Bytes in memory decode like the file", arguments: ["exif.jpg", "plain.heic", "plain.tif", "plain.png"])
    func inMemory(_ name: String) throws {
        let decoder = PhotographDecoder()
        let fromFile = try decoder.decode(contentsOf: FixtureImage.path(name))
        let fromMemory = try decoder.decode(FixtureImage.bytes(name), name: "upload")
        #expect(fromMemory.image == fromFile.image)
        #expect(fromMemory.focalLength35mm == fromFile.focalLength35mm)
        #expect(fromMemory.name == "upload")
    }

    @Test("Many threads decode at once")
    func concurrent() async throws {
        let names = ["exif.jpg", "plain.png", "plain.tif", "lossless.webp", "plain.heic", "cmyk.jpg"]
        let expected = try names.map(decode)
        try await withThrowingTaskGroup(of: (Int, PixelImage).self) { group in
            for turn in 0..<60 {
                group.addTask { (turn, try decode(names[turn % names.count])) }
            }
            for try await (turn, image) in group {
                #expect(image == expected[turn % names.count])
            }
        }
    }
}
