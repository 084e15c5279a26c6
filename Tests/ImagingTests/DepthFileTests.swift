import Foundation
import Imaging
import Testing

/// Files of `Fixtures/depth`, made by NumPy, OpenEXR and tifffile, hold row + column / 8 + 1 in 3 rows of 5.
@Suite("Depth files")
struct DepthFileTests {
    private static let metres: [Float] = (0..<15).map { Float($0 / 5) + Float($0 % 5) / 8 + 1 }
    private static let depth = NumberMap.made(5, 3, metres)

    private func read(_ name: String) throws(ImagingError) -> DepthFileContent {
        try DepthFileReader.read(FixtureImage.path("depth/" + name))
    }

    @Test(
        "every format that others write",
        arguments: [
            "stored.npz", "compressed.npz", "unnamed.npz", "little.pfm", "big.pfm", "sintel.dpt", "float.exr",
            "half.exr", "plain.exr", "colours.exr", "tiled.exr", "float.tif",
        ])
    func formats(_ name: String) throws {
        let content = try read(name)
        #expect(content.map == Self.depth)
        #expect(!content.isSteps && content.focalLengthPixels == (name == "stored.npz" ? 450 : nil))
    }

    @Test(
        "every number type and order of NumPy",
        arguments: [
            "f2", "f4", "f8", "i2", "u2", "i4", "u1", "i8", "big-endian", "fortran", "batch", "version2",
        ])
    func numberTypes(_ name: String) throws {
        #expect(try read(name + ".npy").map == .made(5, 3, Self.metres.map { 8 * $0 }))
    }

    @Test(
        "what cannot be a depth map is refused, with the reason",
        arguments: [
            ("objects.npy", "not numbers"), ("ambiguous.npz", "no array 'depth' but a, b"),
            ("no-depth.exr", "no channel Z or Y but B, G"),
        ])
    func refused(name: String, reason: String) {
        #expect {
            try read(name)
        } throws: { "\($0)".contains(name) && "\($0)".contains(reason) }
    }

    @Test("infinities, NaN, subnormal and largest half-precision numbers")
    func half() throws {
        let halves: [UInt16] = [0x7C00, 0xFC00, 0x7E00, 0x0001, 0x03FF, 0x7BFF, 0x8000, 0x3C00]
        let values = try NPYReader.read(npy("<f2", "(1, 8)", halves.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }))
            .values
        #expect(values[0] == .infinity && values[1] == -.infinity && values[2].isNaN)
        #expect(values[3] == 0x1p-24 && values[4] == 0x1.ff8p-15 && values[5] == 65504)
        #expect(values[6].bitPattern == 0x8000_0000 && values[7] == 1)
    }

    @Test(
        "headers that lie",
        arguments: [
            ("<f4", "(2, 3)", 23), ("<f4", "(2, 3)", 25), ("<f4", "(99999, 99999)", 24), ("<f4", "(-2, -3)", 24),
            ("<f4", "(9223372036854775807, 4)", 24), ("<c8", "(1, 3)", 24), ("<f4", "2, 3", 24), ("<f4", "(6,)", 24),
            ("|O", "(1, 3)", 24), ("<f4", "(2, 3, 1, 1, 1, 1, 1, 1, 1)", 24),
        ])
    func lies(type: String, shape: String, byteCount: Int) {
        #expect(throws: ImagingError.self) {
            try NPYReader.read(npy(type, shape, [UInt8](repeating: 0, count: byteCount)), name: "a").map(name: "a")
        }
    }

    @Test(
        "a file with more pixels than the limit is not read",
        arguments: [
            "f4.npy", "compressed.npz", "float.exr",
            "little.pfm", "sintel.dpt", "float.tif",
        ])
    func limit(name: String) throws {
        let path = FixtureImage.path("depth/" + name)
        #expect(throws: ImagingError.self) {
            try DepthFileReader.read(path, limits: DepthFileLimits(maximumPixelCount: 14))
        }
        #expect(try DepthFileReader.read(path, limits: DepthFileLimits(maximumPixelCount: 30)).map.width == 5)
    }

    @Test("a zip entry that claims far more than it holds asks for no memory")
    func bomb() throws {
        var bytes = try FixtureImage.bytes("depth/unnamed.npz")
        // The uncompressed size in the central directory.
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 0x01, 0x02]) })
        bytes.replaceSubrange(start + 24..<start + 28, with: [0, 0, 0, 0x40])
        let archive = try NPZReader(bytes, name: "bomb")
        #expect(throws: ImagingError.self) { try archive.depthMap() }
    }

    @Test("a missing, empty and unknown file")
    func missing() throws {
        let folder = try TemporaryFolder()
        #expect(throws: ImagingError.notFound(path: folder.file("a.npy"))) {
            try DepthFileReader.read(folder.file("a.npy"))
        }
        #expect(throws: ImagingError.empty(name: folder.file("b.exr"))) {
            try DepthFileReader.read(folder.write([], "b.exr"))
        }
        #expect(throws: ImagingError.unsupportedFormat(name: folder.file("c.txt"))) {
            try DepthFileReader.read(folder.write([1], "c.txt"))
        }
    }

    private func npy(_ type: String, _ shape: String, _ payload: [UInt8]) -> [UInt8] {
        let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + payload
    }
}

extension NPYReader {
    fileprivate static func read(_ bytes: [UInt8]) throws(ImagingError) -> NumericArray { try read(bytes, name: "a") }
}

extension NumberMap {
    /// A map whose numbers fill it; tests make no other.
    static func made(_ width: Int, _ height: Int, _ values: [Float]) -> NumberMap? {
        try? NumberMap(width: width, height: height, values: values)
    }
}
