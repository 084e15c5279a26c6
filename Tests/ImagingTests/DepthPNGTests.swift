import Foundation
import Imaging
import Testing

@Suite("16-bit depth PNG")
struct DepthPNGTests {
    private static let metadata = DepthMetadata(
        focalLengthPixels: 1000.5, horizontalFieldOfViewDegrees: 60, focalSource: "exif", model: "tiny é")

    private func quantised(_ metres: [Float], _ scale: DepthScale) throws -> QuantisedDepth {
        QuantisedDepth(try DepthImage(width: metres.count, height: 1, metres: metres), scale: scale)
    }

    @Test("Values are rounded to the nearest step")
    func rounding() throws {
        #expect(try quantised([1, 1.0004, 1.0006, 65.535], .millimetres).values == [1000, 1000, 1001, 65535])
        #expect(try quantised([1, 255.996], .kitti).values == [256, 65535])
        #expect(try quantised([1, 2.5], .tum).values == [5000, 12500])
        #expect(try quantised([1.25], .custom(10)).values == [13])
    }

    @Test("Zero is kept for unknown depths alone")
    func unknown() throws {
        let depth = try quantised(
            [.nan, .infinity, -.infinity, 0, -0.0, -3, 1e-6, 0.0004, .leastNonzeroMagnitude], .millimetres)
        #expect(depth.values == [0, 0, 0, 0, 0, 0, 1, 1, 1])
        #expect(depth.unknownCount == 6)
        #expect(depth.saturatedCount == 0)
    }

    @Test("Depths beyond the scale are counted")
    func saturation() throws {
        let depth = try quantised([65.5354, 65.5356, 70, 10000, .greatestFiniteMagnitude, 3], .millimetres)
        #expect(depth.values == [65535, 65535, 65535, 65535, 65535, 3000])
        #expect(depth.saturatedCount == 4)
        #expect(try quantised([65.6, 255, 256], .kitti).saturatedCount == 1)
    }

    @Test("Scales by name and by number")
    func scales() {
        #expect(DepthScale("mm") == .millimetres)
        #expect(DepthScale("KITTI") == .kitti)
        #expect(DepthScale("tum") == .tum)
        #expect(DepthScale("100") == .custom(100))
        for text in ["", "0", "-5", "nan", "inf", "metres"] { #expect(DepthScale(text) == nil) }
        #expect(DepthScale.millimetres.stepsPerMetre == 1000)
        #expect(DepthScale.kitti.stepsPerMetre == 256)
        #expect(DepthScale.tum.stepsPerMetre == 5000)
        #expect(abs(DepthScale.tum.farthestMetres - 13.107) < 1e-12)
    }

    @Test("What is written is read back, with its scale", arguments: [DepthScale.millimetres, .kitti, .custom(12.5)])
    func roundTrip(_ scale: DepthScale) throws {
        let folder = try TemporaryFolder()
        let (width, height) = (37, 23)
        var metres = (0..<width * height).map { 0.01 + Float($0) * 0.0837 }
        metres[3] = .nan
        let depth = try DepthImage(width: width, height: height, metres: metres)
        let path = folder.file("depth.png")
        let encoded = try DepthPNG.write(depth, scale: scale, Self.metadata, to: path)
        #expect(encoded.unknownCount == 1)

        let stored = try DepthPNG.read(path)
        let expected = QuantisedDepth(depth, scale: scale)
        #expect(stored.width == width)
        #expect(stored.height == height)
        #expect(stored.values == expected.values)
        #expect(stored.stepsPerMetre == scale.stepsPerMetre)
        #expect(stored.saturatedCount == expected.saturatedCount)
    }

    @Test("The text chunks hold the scale, the unit and the origin")
    func text() throws {
        let depth = try DepthImage(width: 2, height: 1, metres: [1, 100])
        let bytes = try DepthPNG.encode(depth, scale: .millimetres, Self.metadata).bytes
        for (key, value) in [
            ("depth_scale", "1000"), ("unit", "m"), ("invalid", "0"), ("saturated", "1"), ("focal_px", "1000.5"),
            ("model", "tiny ?"),
        ] {
            let chunk = Array("tEXt\(key)".utf8) + [0] + Array(value.utf8)
            #expect(bytes.indices.contains { bytes[$0...].starts(with: chunk) }, "\(key) = \(value)")
        }
        // Big-endian width and height, 16 bits, grey: the header of the PNG itself.
        #expect(Array(bytes[16..<26]) == [0, 0, 0, 2, 0, 0, 0, 1, 16, 0])
    }

    @Test("Other images are not read as depth")
    func otherImages() throws {
        let path = FixtureImage.path("grey.png")
        #expect(throws: ImagingError.unsupportedSamples(name: path)) { try DepthPNG.read(path) }
        let wide = try DepthPNG.read(FixtureImage.path("grey16.png"))
        #expect(wide.values == FixtureImage.pixels { [$0[0]] }.map { UInt16($0) * 256 + 201 })
        #expect(wide.stepsPerMetre == nil)
    }

    @Test("An RGB PNG is read back bit for bit")
    func rgb() throws {
        let image = try PixelImage(
            width: FixtureImage.width, height: FixtureImage.height, pixels: FixtureImage.pixels())
        let bytes = try PNGEncoder.encode(image)
        #expect(try PhotographDecoder().decode(bytes, name: "rgb").image == image)
    }
}
