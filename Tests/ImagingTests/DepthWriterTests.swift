import Foundation
import Imaging
import Testing

@Suite("Depth as EXR, PFM and TIFF")
struct DepthWriterTests {
    private static let metadata = DepthMetadata(
        focalLengthPixels: 450.5, horizontalFieldOfViewDegrees: 60, focalSource: "user", model: "tiny é")
    static let metres: [Float] = (0..<(37 * 21)).map { 0.1 + Float($0 * 7919 % 1000) / 9 }

    fileprivate func write(_ depth: DepthImage, to folder: TemporaryFolder) throws {
        try OpenEXR.write(depth, Self.metadata, to: folder.file("d.exr"))
        try PFM.write(depth, to: folder.file("d.pfm"))
        try FloatTIFF.write(depth, to: folder.file("d.tiff"))
    }

    @Test("what is written is read, bit for bit", arguments: ["d.exr", "d.pfm", "d.tiff"])
    func roundTrip(name: String) throws {
        let folder = try TemporaryFolder()
        let depth = try DepthImage(width: 37, height: 21, metres: Self.metres)
        try write(depth, to: folder)
        let map = try DepthFileReader.read(folder.file(name)).map
        #expect(map.width == 37 && map.height == 21 && map.values == Self.metres)
    }

    @Test("nothing is left behind where nothing can be written")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        let depth = try DepthImage(width: 1, height: 1, metres: [1])
        let path = folder.file("missing/d.exr")
        #expect(throws: ImagingError.self) { try OpenEXR.write(depth, Self.metadata, to: path) }
        #expect(throws: ImagingError.self) { try PFM.write(depth, to: path) }
        #expect(throws: ImagingError.self) { try FloatTIFF.write(depth, to: path) }
        #expect(try folder.names().isEmpty)
    }

    @Test("an unknown depth stays unknown")
    func unknown() throws {
        let folder = try TemporaryFolder()
        let depth = try DepthImage(width: 3, height: 1, metres: [.nan, .infinity, 2])
        try write(depth, to: folder)
        #expect(try DepthFileReader.read(folder.file("d.exr")).map.values[0].isNaN)
        #expect(try DepthFileReader.read(folder.file("d.tiff")).map.values[0].isNaN)
        #expect(try DepthFileReader.read(folder.file("d.pfm")).map.values == [.infinity, .infinity, 2])
    }

    @Test("a reader of PFM in Python and the one in Pillow see the same", .enabled(if: Python.hasPillow))
    func independent() throws {
        let folder = try TemporaryFolder()
        try write(DepthImage(width: 37, height: 21, metres: Self.metres), to: folder)
        let script = """
            import sys
            from PIL import Image
            tiff = Image.open(sys.argv[1])
            assert tiff.size == (37, 21) and tiff.mode == "F", (tiff.size, tiff.mode)
            raw = open(sys.argv[2], "rb").read()
            assert raw.startswith(b"Pf\\n37 21\\n-1\\n")
            import array
            rows = array.array("f", raw[len(b"Pf\\n37 21\\n-1\\n"):])
            for y in range(21):
                for x in range(37):
                    assert tiff.getpixel((x, y)) == rows[(20 - y) * 37 + x], (x, y)
            print("same")
            """
        #expect(Python.run(script, [folder.file("d.tiff"), folder.file("d.pfm")]) == "same\n")
    }
}

extension DepthWriterTests {
    @Test("OpenEXR's own Python module sees the same channel and text", .enabled(if: Python.hasOpenEXR))
    func openEXR() throws {
        let folder = try TemporaryFolder()
        try write(DepthImage(width: 37, height: 21, metres: Self.metres), to: folder)
        let script = """
            import sys, numpy, OpenEXR
            file = OpenEXR.File(sys.argv[1])
            header, channel = file.header(), file.channels()["Z"].pixels
            i = numpy.arange(37 * 21)
            expected = (numpy.float32(0.1) + (i * 7919 % 1000).astype(numpy.float32) / numpy.float32(9)).reshape(21, 37)
            assert channel.dtype == numpy.float32 and numpy.array_equal(channel, expected)
            assert header["unit"] == "m" and header["focal_px"] == "450.5" and header["model"] == "tiny \\u00e9"
            print("same")
            """
        #expect(Python.run(script, [folder.file("d.exr")]) == "same\n")
    }
}

extension Python {
    static let hasOpenEXR = run("import OpenEXR, numpy; print('yes')", []) == "yes\n"
    static let hasPillow = run("from PIL import Image; print('yes')", []) == "yes\n"
}
