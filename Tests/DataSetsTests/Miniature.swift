import Foundation
import Imaging
import TestSupport

/// A data set of one image of 48 x 32 pixels, in the layout of the real one.
struct Miniature {
    static let (width, height) = (48, 32)
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path }

    /// Puts a photograph there: a JPEG of 48 x 32 pixels, whatever its name says.
    func photograph(_ name: String) throws {
        let fixture = Fixture.packageRoot.appending(path: "Tests/ImagingTests/Fixtures/grey.jpg")
        try folder.copy(fixture.path, name)
    }

    /// A 16-bit PNG without any text.
    func png16(_ name: String, _ steps: (Int) -> UInt16) throws {
        try folder.write(Data(), name)
        let values = (0..<Self.width * Self.height).map { Float(steps($0)) }
        let depth = try DepthImage(width: Self.width, height: Self.height, metres: values)
        let metadata = DepthMetadata(
            focalLengthPixels: 1, horizontalFieldOfViewDegrees: 1, focalSource: "", model: "")
        try DepthPNG.write(depth, scale: .custom(1), metadata, to: folder.file(name))
    }

    /// A NumPy file of float32 rows.
    func npy(_ name: String, _ value: (Int) -> Float) throws {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (32, 48), }\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        bytes += floats(value)
        try folder.write(Data(bytes), name)
    }

    /// A portable float map, whose rows go upwards.
    func pfm(_ name: String, _ value: (Int) -> Float) throws {
        let upwards = { (index: Int) in value((Self.height - 1 - index / Self.width) * Self.width + index % Self.width)
        }
        try folder.write(Data(Array("Pf\n48 32\n-1.0\n".utf8) + floats(upwards)), name)
    }

    /// Little-endian float32 rows.
    func floats(_ value: (Int) -> Float) -> [UInt8] {
        (0..<Self.width * Self.height).flatMap { index in little(value(index).bitPattern) }
    }

    func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    func text(_ name: String, _ text: String) throws { try folder.write(Data(text.utf8), name) }
}
