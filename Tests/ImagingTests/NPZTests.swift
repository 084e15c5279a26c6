import Archives
import Foundation
import Imaging
import Testing

@Suite("NPZ")
struct NPZTests {
    private static let metadata = DepthMetadata(
        focalLengthPixels: 3028.66307, horizontalFieldOfViewDegrees: 67.25, focalSource: "exif", model: "tiny é")

    private func written(_ archive: NPZArchive) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try archive.write(to: folder.file("a.npz"))
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("a.npz"))))
    }

    private func integer(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    @Test("CRC-32 of the standard check string, in one piece and in two")
    func checksum() {
        let text = Array("123456789".utf8)
        var whole = CRC32()
        whole.update(text)
        #expect(whole.value == 0xCBF4_3926)
        var pieces = CRC32()
        pieces.update(Array(text[..<4]))
        pieces.update(Array(text[4...]))
        #expect(pieces.value == 0xCBF4_3926)
        var floats = CRC32()
        floats.update([Float(1), 2, 3])  // zlib.crc32(numpy.float32([1, 2, 3]).tobytes())
        #expect(floats.value == 0xB20E_96B1)
    }

    @Test("A stored entry: header, checksum, aligned values")
    func bytes() throws {
        let values: [Float] = [1, 2, 3, 4, 5, 6]
        let bytes = try written(NPZArchive([("depth", .float32(values, shape: [2, 3]))]))
        #expect(integer(bytes, 0, 4) == 0x0403_4B50)
        #expect(integer(bytes, 8, 2) == 0, "stored")
        let nameCount = integer(bytes, 26, 2)
        let start = 30 + nameCount + integer(bytes, 28, 2)
        #expect(String(decoding: bytes[30..<30 + nameCount], as: UTF8.self) == "depth.npy")
        let byteCount = integer(bytes, 18, 4)
        #expect(integer(bytes, 22, 4) == byteCount)

        let file = Array(bytes[start..<start + byteCount])
        var checksum = CRC32()
        checksum.update(file)
        #expect(integer(bytes, 14, 4) == Int(checksum.value))
        #expect(Array(file[..<8]) == [0x93] + Array("NUMPY".utf8) + [1, 0])
        let headerEnd = 10 + integer(file, 8, 2)
        #expect(headerEnd % 64 == 0)
        let header = String(decoding: file[10..<headerEnd], as: UTF8.self)
        #expect(header.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"))
        #expect(header.hasSuffix(" \n"))
        let stored = stride(from: headerEnd, to: file.count, by: 4).map { offset in
            Float(bitPattern: UInt32(integer(file, offset, 4)))
        }
        #expect(stored == values)

        let directory = start + byteCount
        #expect(integer(bytes, directory, 4) == 0x0201_4B50)
        let end = bytes.count - 22
        #expect(integer(bytes, end, 4) == 0x0605_4B50)
        #expect(integer(bytes, end + 10, 2) == 1)
        #expect(integer(bytes, end + 12, 4) == end - directory)
        #expect(integer(bytes, end + 16, 4) == directory)
    }

    @Test("The same depth gives the same bytes")
    func deterministic() throws {
        let archive = NPZArchive([("a", .float64(1)), ("b", .string("x"))])
        #expect(try written(archive) == written(archive))
    }

    @Test("Sizes and offsets beyond 32 bits move to the ZIP64 field")
    func zip64() {
        let large = StoredZipEntry(name: "d.npy", crc32: 7, byteCount: 5_000_000_000, offset: 6_000_000_000)
        let local = large.localHeader
        #expect(integer(local, 4, 2) == 45)
        #expect(integer(local, 18, 4) == 0xFFFF_FFFF)
        #expect(integer(local, 22, 4) == 0xFFFF_FFFF)
        #expect(integer(local, 28, 2) == 20)
        #expect(integer(local, 35, 2) == 1)
        #expect(integer(local, 37, 2) == 16)
        #expect(integer(local, 39, 8) == 5_000_000_000)
        #expect(integer(local, 47, 8) == 5_000_000_000)

        let central = large.centralHeader
        #expect(integer(central, 42, 4) == 0xFFFF_FFFF)
        #expect(integer(central, 30, 2) == 28)
        #expect(integer(central, 46 + 5 + 4 + 16, 8) == 6_000_000_000)

        let small = StoredZipEntry(name: "s.npy", crc32: 7, byteCount: 100, offset: 5_000_000_000)
        #expect(small.localHeader.count == 35)
        #expect(integer(small.centralHeader, 46 + 5 + 4, 8) == 5_000_000_000)

        let end = StoredZipEntry.directory(of: [small], at: 5_000_000_100)
        let headerCount = small.centralHeader.count
        #expect(integer(end, headerCount, 4) == 0x0606_4B50)
        #expect(integer(end, headerCount + 40, 8) == headerCount)
        #expect(integer(end, headerCount + 48, 8) == 5_000_000_100)
        #expect(integer(end, headerCount + 56, 4) == 0x0706_4B50)
        #expect(integer(end, headerCount + 64, 8) == 5_000_000_100 + headerCount)
        #expect(integer(end, headerCount + 76, 4) == 0x0605_4B50)
        #expect(integer(end, headerCount + 76 + 16, 4) == 0xFFFF_FFFF)
    }

    @Test("Values that do not fill their shape are refused")
    func wrongShape() throws {
        let folder = try TemporaryFolder()
        #expect(throws: ImagingError.sampleCount(expected: 6, actual: 5)) {
            try NPZArchive([("d", .float32([1, 2, 3, 4, 5], shape: [2, 3]))]).write(to: folder.file("a.npz"))
        }
        #expect(try folder.names().isEmpty)
    }

    @Test("NumPy reads what is written", .enabled(if: Python.hasNumPy, "python3 with numpy is not installed"))
    func numpy() throws {
        let folder = try TemporaryFolder()
        let depth = try DepthImage(width: 3, height: 2, metres: [1.5, .nan, .infinity, 0.1, 10000, -0.0])
        try DepthNPZ.write(depth, Self.metadata, to: folder.file("d.npz"))
        try NPZArchive([
            ("empty", .string("")), ("scalar", .float32([2.5], shape: [])), ("row", .float32([1], shape: [1])),
        ])
        .write(to: folder.file("e.npz"))
        let script = """
            import numpy, sys
            d = numpy.load(sys.argv[1])
            assert d.files == ["depth", "focallength_px", "fov_deg", "focal_source", "model"], d.files
            expected = numpy.float32([[1.5, numpy.nan, numpy.inf], [0.1, 10000, -0.0]])
            assert d["depth"].dtype == numpy.float32 and d["depth"].tobytes() == expected.tobytes()
            assert d["focallength_px"].shape == () and d["focallength_px"] == 3028.66307
            assert d["fov_deg"].dtype == numpy.float64 and d["fov_deg"] == 67.25
            assert str(d["focal_source"]) == "exif" and str(d["model"]) == "tiny \\u00e9"
            e = numpy.load(sys.argv[2])
            assert str(e["empty"]) == "" and e["scalar"] == 2.5 and e["scalar"].shape == () and e["row"].shape == (1,)
            print("same")
            """
        #expect(Python.run(script, [folder.file("d.npz"), folder.file("e.npz")]) == "same\n")
    }
}

/// A Python interpreter for cross-checks, where there is one.
enum Python {
    static let hasNumPy = run("import numpy; print('yes')", []) == "yes\n"

    /// What the script prints, errors included; nil when there is no python3.
    static func run(_ script: String, _ arguments: [String]) -> String? {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        process.standardOutput = output
        process.standardError = output
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
