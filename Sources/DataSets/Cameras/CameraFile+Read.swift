import Foundation
import Imaging

extension CameraFile {
    /// Camera files are small: more bytes than this are no camera.
    private static let maximumByteCount = 64 << 20

    /// Reads the description.
    ///
    /// - Parameter photographPath: the photograph, where one file describes several.
    /// - Returns: nil when the file is not there and depth does not need it.
    /// - Throws: `DataSetError` when the file is damaged.
    func read(photographPath: String?) throws -> Camera? {
        let camera = try parsed(photographPath)
        if let camera, !camera.isPossible {
            throw DataSetError(
                path, "gives a width, baseline, offset or scale that cannot be; check that it is the camera's file")
        }
        return camera
    }

    /// The file or folder, for messages.
    private var path: String {
        switch self {
        case .fixed: "the preset's camera"
        case .json(let path), .numbers(let path, _, _), .kitti(let path, _), .middlebury(let path), .openCV(let path),
            .sintel(let path), .colmap(let path):
            path
        }
    }

    private func parsed(_ photographPath: String?) throws -> Camera? {
        switch self {
        case .fixed(let focal, let width):
            var camera = Camera(focalLengthPixels: focal)
            camera.imageWidth = width
            return camera
        case .json(let path): return try Self.text(path).map { try Self.json($0, path) }
        case .numbers(let path, let line, let baseline):
            return try Self.text(path).map { try Self.numbers($0, line, baseline, path) }
        case .kitti(let path, let key): return try Self.text(path).map { try Self.kitti($0, key, path) }
        case .middlebury(let path): return try Self.text(path).map { try Self.middlebury($0, path) }
        case .openCV(let path): return try Self.text(path).map { try Self.openCV($0, path) }
        case .sintel(let path): return try Self.sintel(path)
        case .colmap(let folder): return try Self.colmap(folder, photographPath)
        }
    }

    /// The text of a file; nil when there is none.
    static func text(_ path: String) throws -> String? {
        try bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }

    static func bytes(_ path: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try DepthFileReader.bytes(path)
        guard bytes.count <= maximumByteCount else { throw DataSetError(path, "is too large to describe a camera") }
        return bytes
    }

    /// A camera whose focal length can be one.
    static func camera(_ focalLengthPixels: Double?, _ path: String) throws(DataSetError) -> Camera {
        guard let focalLengthPixels, focalLengthPixels > 0, focalLengthPixels < 1e9 else {
            throw DataSetError(path, "gives no focal length; check that it is the camera's file")
        }
        return Camera(focalLengthPixels: focalLengthPixels)
    }

    /// The numbers of a text, whatever stands between them.
    static func values(_ text: some StringProtocol) -> [Double] {
        text.split { $0.isWhitespace || $0 == "," || $0 == ";" || $0 == "[" || $0 == "]" }.compactMap { Double($0) }
    }

    private struct JSONCamera: Decodable {
        let fx: Double
        let width: Int?
        let scale: Double?
        let metric: Bool?
    }

    private static func json(_ text: String, _ path: String) throws -> Camera {
        guard let described = try? JSONDecoder().decode(JSONCamera.self, from: Data(text.utf8)) else {
            throw DataSetError(path, "is not {\"fx\": pixels, \"width\": pixels, ...}")
        }
        var camera = try camera(described.fx, path)
        camera.imageWidth = described.width
        camera.depthScale = described.scale
        camera.isMetric = described.metric ?? true
        return camera
    }

    private static func numbers(
        _ text: String, _ line: Int, _ baseline: Double?, _ path: String
    ) throws(DataSetError) -> Camera {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
        guard lines.indices.contains(line) else { throw DataSetError(path, "has no line \(line + 1)") }
        var camera = try camera(values(lines[line]).first, path)
        camera.baselineMetres = baseline
        return camera
    }

    private static func kitti(_ text: String, _ key: String, _ path: String) throws(DataSetError) -> Camera {
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(key + ":") }
        return try camera(line.flatMap { values($0.dropFirst(key.count + 1)).first }, path)
    }
}
