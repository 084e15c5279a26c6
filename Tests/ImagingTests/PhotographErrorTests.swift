import Archives
import Foundation
import Imaging
import Testing

@Suite("Photographs: bad input is an error with a cause and a remedy")
struct PhotographErrorTests {
    private func error(_ body: () throws(ImagingError) -> Photograph) -> ImagingError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    private func error(_ bytes: [UInt8], limit: Int = 1_000_000) -> ImagingError? {
        error { () throws(ImagingError) in
            try PhotographDecoder(maximumPixelCount: limit).decode(bytes, name: "photo")
        }
    }

    private func error(path: String) -> ImagingError? {
        error { () throws(ImagingError) in try PhotographDecoder().decode(contentsOf: path) }
    }

    @Test(
        "A truncated file is damaged, not grey at the bottom",
        arguments: ["exif.jpg", "progressive.jpg", "plain.png", "plain.tif", "lossless.webp", "plain.heic"])
    func truncated(_ name: String) throws {
        let bytes = try FixtureImage.bytes(name)
        let kept = bytes.count * (name.hasSuffix("jpg") ? 9 : 8) / 10
        guard case .corrupt(let file, let reason)? = error(Array(bytes[..<kept])) else {
            Issue.record("\(name) cut to \(kept) bytes: \(String(describing: error(Array(bytes[..<kept]))))")
            return
        }
        #expect(file == "photo")
        #expect(!reason.contains("no reason"))
        #expect(!reason.contains("\n"))
    }

    @Test("A JPEG that was cut and closed again is damaged")
    func cutAndClosed() throws {
        let bytes = try FixtureImage.bytes("exif.jpg")
        let cut = error(Array(bytes[..<(bytes.count * 7 / 10)]) + [0xFF, 0xD9])
        guard case .corrupt(_, let reason)? = cut else {
            Issue.record("\(String(describing: cut))")
            return
        }
        #expect(reason.lowercased().contains("premature end"))
    }

    /// The number of bytes in front of the marker's segment.
    private func offset(of marker: UInt8, in jpeg: [UInt8]) throws -> Int {
        try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == marker })
    }

    @Test(
        "An oddity in front of a JPEG's damage does not hide it",
        arguments: ["exif.jpg", "progressive.jpg"], ["cut", "garbled"])
    func hiddenDamage(_ name: String, _ damage: String) throws {
        var bytes = try FixtureImage.bytes(name)
        let tables = try offset(of: 0xDB, in: bytes)
        let scan = try offset(of: 0xDA, in: bytes)
        let middle = (scan + bytes.count) / 2
        if damage == "cut" {
            bytes.replaceSubrange(middle..., with: [0xFF, 0xD9])
        } else {
            // No code of all ones is given out, so that this is no code at all.
            for index in middle..<middle + 24 { bytes[index] = (index - middle) % 2 == 0 ? 0xFF : 0 }
        }
        guard case .corrupt? = error(bytes) else {
            Issue.record("without the oddity: \(String(describing: error(bytes)))")
            return
        }
        bytes.insert(contentsOf: [0x12, 0x34], at: tables)
        guard case .corrupt(_, let reason)? = error(bytes) else {
            Issue.record("\(String(describing: error(bytes)))")
            return
        }
        #expect(reason.contains("JPEG"))
    }

    @Test("A scan of which much is left over was misread; a few bytes and padding are harmless")
    func leftOver() throws {
        let bytes = try FixtureImage.bytes("exif.jpg")
        func error(_ extra: [UInt8]) -> ImagingError? {
            self.error(bytes.dropLast(2) + extra + bytes.suffix(2))
        }
        guard case .corrupt(_, let reason)? = error((1...64).map { 3 * $0 }) else {
            Issue.record("64 bytes are taken for nothing")
            return
        }
        // The decoder takes some ahead.
        #expect(reason.hasSuffix(" bytes of a scan are left over"))
        #expect(error([7, 8, 9]) == nil)
        #expect(error([UInt8](repeating: 0, count: 64)) == nil)
    }

    @Test("Stray bytes between a JPEG's segments do not fail it", arguments: ["exif.jpg", "progressive.jpg"])
    func strayBytes(_ name: String) throws {
        var bytes = try FixtureImage.bytes(name)
        bytes.insert(contentsOf: [0x12, 0x34], at: try offset(of: 0xDB, in: bytes))
        #expect(error(bytes) == nil)
    }

    @Test("What one file's decoder said is not told of the next")
    func reasonsStayApart() throws {
        let jpeg = try FixtureImage.bytes("exif.jpg")
        _ = error(Array(jpeg[..<(jpeg.count * 7 / 10)]) + [0xFF, 0xD9])
        _ = error(jpeg + Array("maker's notes".utf8))
        try brokenPNG()
    }

    @Test("More pixels than there is memory for are an error when the limit allows them")
    func tooLargeForMemory() {
        var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        // 2^20 x 2^20: 3 TB.
        png += chunk("IHDR", [0, 0x10, 0, 0, 0, 0x10, 0, 0, 8, 2, 0, 0, 0])
        png += chunk("IDAT", [0x78, 0x9C, 0x03, 0x00, 0, 0, 0, 1])
        png += chunk("IEND", [])
        switch error(png, limit: .max) {
        // libpng or the system refuses, whichever comes first.
        case .corrupt, .outOfMemory: break
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test("The message of a truncated JPEG is libjpeg's")
    func truncatedMessage() throws {
        let bytes = try FixtureImage.bytes("exif.jpg")
        let text = try #require(error(Array(bytes[..<(bytes.count - 100)]))).description
        #expect(text.contains("photo"))
        #expect(text.lowercased().contains("premature end") || text.lowercased().contains("input file"))
    }

    @Test("libpng's reason is told")
    func brokenPNG() throws {
        var bytes = try FixtureImage.bytes("plain.png")
        bytes[20] ^= 1  // the width, which the header's checksum covers
        #expect(error(bytes) == .corrupt(name: "photo", reason: "IHDR: CRC error"))
    }

    @Test("Harmless bytes after a JPEG do not fail it")
    func trailingBytes() throws {
        let bytes = try FixtureImage.bytes("exif.jpg")
        #expect(error(bytes + Array("maker's notes".utf8)) == nil)
    }

    @Test("Other formats and plain text are refused whatever their name")
    func unsupported() throws {
        let folder = try TemporaryFolder()
        let svg = #"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>"#
        let contents: [(String, [UInt8])] = [
            ("text.jpg", Array("no image at all\n".utf8)),
            ("drawing.png", Array(svg.utf8)),
            ("animation.png", [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0, 0, 0, 0x3B]),
            ("page.jpg", Array("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n".utf8)),
            ("bitmap.png", Array("P3 1 1 255 1 2 3\n".utf8)),
            ("one.jpg", [0xFF]),
        ]
        for (name, bytes) in contents {
            let path = try folder.write(bytes, name)
            #expect(error(path: path) == .unsupportedFormat(name: path))
        }
        #expect(error(Array(svg.utf8)) == .unsupportedFormat(name: "photo"))
        #expect(ImagingError.unsupportedFormat(name: "a").description.contains("HEIC"))
    }

    @Test("Paths that are no readable file")
    func paths() throws {
        let folder = try TemporaryFolder()
        let empty = try folder.write([], "empty.jpg")
        #expect(error(path: empty) == .empty(name: empty))
        #expect(error([]) == .empty(name: "photo"))
        #expect(error(path: folder.path) == .isDirectory(path: folder.path))
        #expect(error(path: folder.file("missing.jpg")) == .notFound(path: folder.file("missing.jpg")))
        #expect(error(path: empty + "/inside.jpg") == .notFound(path: empty + "/inside.jpg"))
        #expect(error(path: "/dev/null") == .notRegularFile(path: "/dev/null"))
    }

    @Test("A file without read permission", .enabled(if: geteuid() != 0, "the superuser may read everything"))
    func permission() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(FixtureImage.bytes("plain.png"), "secret.png")
        chmod(path, 0)
        #expect(error(path: path) == .permissionDenied(path: path))
    }

    @Test("Samples that are no photograph's")
    func samples() throws {
        let path = FixtureImage.path("float-grey.tif")
        #expect(error(path: path) == .unsupportedSamples(name: path))
    }

    @Test("Too many pixels are refused by the header alone")
    func tooManyPixels() throws {
        var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        // 60000 x 60000, 8-bit RGB, and no pixels.
        png += chunk("IHDR", [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0])
        png += chunk("IDAT", [0x78, 0x9C, 0x03, 0x00, 0, 0, 0, 1])
        png += chunk("IEND", [])
        let refusal = error(png, limit: PhotographDecoder.defaultMaximumPixelCount)
        #expect(refusal == .tooManyPixels(name: "photo", width: 60000, height: 60000, limit: 200_000_000))
        let text = try #require(refusal).description
        #expect(text.contains("60000 x 60000") && text.contains("200000000") && text.contains("raise the limit"))

        let bytes = try FixtureImage.bytes("orientation6.png")
        let pixelCount = FixtureImage.width * FixtureImage.height
        let tooMany = ImagingError.tooManyPixels(name: "photo", width: 32, height: 48, limit: pixelCount - 1)
        #expect(error(bytes, limit: pixelCount - 1) == tooMany)
        #expect(error(bytes, limit: pixelCount) == nil)
    }

    private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        var checksum = CRC32()
        checksum.update(body)
        return bigEndian(UInt32(data.count)) + body + bigEndian(checksum.value)
    }

    private func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    @Test("An image needs all of its samples")
    func sampleCount() {
        #expect(throws: ImagingError.sampleCount(expected: 12, actual: 11)) {
            try PixelImage(width: 2, height: 2, pixels: [UInt8](repeating: 0, count: 11))
        }
        #expect(throws: ImagingError.sampleCount(expected: 4, actual: 5)) {
            try DepthImage(width: 2, height: 2, metres: [Float](repeating: 0, count: 5))
        }
        #expect(throws: ImagingError.self) { try PixelImage(width: 0, height: 2, pixels: []) }
        #expect(throws: ImagingError.self) { try PixelImage(width: .max, height: 2, pixels: []) }
    }
}
