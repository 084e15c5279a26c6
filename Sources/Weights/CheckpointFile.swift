import Foundation
import TensorCore

/// A file of weights and its format, which its first bytes tell rather than its name.
struct CheckpointFile {
    enum Format: Equatable {
        case safetensors
        case safetensorsIndex
        case pyTorch
    }

    let url: URL
    let format: Format

    private static let safetensorsName = "model.safetensors"
    private static let pyTorchName = "depth_pro.pt"

    /// Finds the weights that a path, to a file or a folder, stands for.
    static func locate(_ url: URL) throws(CheckpointError) -> CheckpointFile {
        let values = try? url.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey])
        guard let isFolder = values?.isDirectory else {
            throw CheckpointError(
                kind: .unreadable, path: url.path, tensor: nil, detail: "there is no such file or folder")
        }
        guard isFolder else { return try CheckpointFile(file: url) }
        for name in [safetensorsName, ShardedSafetensors.indexFileName, pyTorchName] {
            let candidate = url.appendingPathComponent(name)
            if FileManager.default.fileExists(atPath: candidate.path) { return try CheckpointFile(file: candidate) }
        }
        throw CheckpointError(
            kind: .incomplete, path: url.path, tensor: nil,
            detail: "the folder holds neither \(safetensorsName) nor \(ShardedSafetensors.indexFileName)"
                + " nor \(pyTorchName)")
    }

    private init(file url: URL) throws(CheckpointError) {
        self.url = url
        guard !url.lastPathComponent.hasSuffix(".index.json") else {
            format = .safetensorsIndex
            return
        }
        let file = try MappedFile(path: url.path)
        let start = [UInt8](try file.bytes(reading: 0).prefix(64))
        if start.starts(with: Array("version https://git-lfs".utf8)) {
            throw CheckpointError(
                kind: .incomplete, path: url.path, tensor: nil,
                detail: "it is a Git LFS pointer, not the weights; run 'git lfs pull' in its folder")
        }
        if start.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
            format = .pyTorch
        } else if url.pathExtension == "safetensors" || start.count > 8 && start[8] == UInt8(ascii: "{") {
            format = .safetensors
        } else if start.starts(with: [0x80, 0x02]) {
            throw CheckpointError(
                kind: .unsupported, path: url.path, tensor: nil,
                detail: "it is a bare pickle, as PyTorch wrote before 1.6; load it with torch and save it again")
        } else {
            throw CheckpointError(
                kind: .unrecognized, path: url.path, tensor: nil,
                detail: "it is neither a safetensors file nor a zip archive of PyTorch")
        }
    }

    func open() throws(CheckpointError) -> any WeightSource {
        switch format {
        case .safetensors: try SafetensorsFile(path: url.path)
        case .safetensorsIndex: try ShardedSafetensors(indexPath: url.path)
        case .pyTorch: try PyTorchCheckpoint(path: url.path)
        }
    }
}
