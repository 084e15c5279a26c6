import Foundation
import TestSupport
import Testing

/// The file of an image fixture: 48 x 32 pixels, `exif.jpg` with a 35 mm equivalent of 26 mm, `plain.png` without.
func imageFixture(_ name: String) -> String {
    Fixture.packageRoot.appending(path: "Tests/ImagingTests/Fixtures/" + name).path
}

extension TemporaryFolder {
    /// A folder with copies of image fixtures under other names.
    static func with(_ photographs: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, fixture) in photographs { try folder.copy(imageFixture(fixture), name) }
        return folder
    }

    /// Every file below the folder but those.
    func files(without names: String...) throws -> [String] { try allFiles().filter { !names.contains($0) } }
}

/// The depth in an .npz file: its first array, which is stored as it is.
func depth(inArchive path: String) throws -> (shape: [Int], metres: [Float]) {
    let archive = try Data(contentsOf: URL(filePath: path))
    let start = try #require(archive.range(of: Data([0x93] + Array("NUMPY".utf8)))).lowerBound
    let bytes = [UInt8](archive[start...])
    let headerEnd = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    let header = String(decoding: bytes[10..<headerEnd], as: UTF8.self)
    try #require(header.contains("'<f4'") && header.contains("'fortran_order': False"))
    let tuple = try #require(header.split(separator: "(").last?.split(separator: ")").first)
    let shape = tuple.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    let metres = (0..<shape.reduce(1, *)).map { index in
        let element = bytes[(headerEnd + 4 * index)..<(headerEnd + 4 * index + 4)]
        return Float(bitPattern: element.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
    return (shape, metres)
}

/// Expects no file that a run left half written.
func expectNoRemains(_ folder: TemporaryFolder, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let hidden = try folder.allFiles().filter { ($0 as NSString).lastPathComponent.hasPrefix(".") }
    #expect(hidden.isEmpty, sourceLocation: sourceLocation)
}
