import Foundation
import Imaging
import Testing

/// The picture that `Fixtures/make.py` puts into every fixture, as the formula that it is made from.
enum FixtureImage {
    static let width = 48
    static let height = 32

    /// The colour at column `x` of row `y`.
    static func colour(_ x: Int, _ y: Int) -> [UInt8] {
        [UInt8(5 * x), UInt8(8 * y), x < 16 && y < 8 ? 200 : 40]
    }

    /// The whole picture, seen through `transform`.
    static func pixels(_ transform: ([UInt8]) -> [UInt8] = { $0 }) -> [UInt8] {
        (0..<height).flatMap { y in (0..<width).flatMap { x in transform(colour(x, y)) } }
    }

    /// The path of a fixture.
    static func path(_ name: String, source: String = #filePath) -> String {
        (source as NSString).deletingLastPathComponent + "/Fixtures/" + name
    }

    /// The bytes of a fixture.
    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// The largest difference between two rows of samples; nil when their lengths differ.
    static func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int? {
        guard a.count == b.count else { return nil }
        return zip(a, b).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
    }
}

extension PixelImage {
    /// The three samples at column `x` of row `y`.
    func colour(_ x: Int, _ y: Int) -> [UInt8] {
        let start = 3 * (y * width + x)
        return Array(pixels[start..<start + 3])
    }
}

/// A folder that is removed with its contents when the value goes away.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "fathom-imaging-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A path in the folder.
    func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file into the folder, with the folders above it, and gives its path.
    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let folder = (file(name) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// The names in the folder, hidden ones too, sorted.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
