import Foundation
package import TensorCore

/// A checkpoint cut into several safetensors files, held together by `model.safetensors.index.json`.
package struct ShardedSafetensors: WeightSource {
    /// The name that the index has in every published folder.
    package static let indexFileName = "model.safetensors.index.json"

    package let tensors: [String: TensorDescription]

    private let shards: [String: SafetensorsFile]
    private let shardNames: [String: String]

    /// Opens every shard that the index names and checks that index and shards hold the same tensors.
    ///
    /// - Parameter indexPath: the index file; the shards lie in its folder.
    /// - Throws: when a file or a tensor is missing, or a file is damaged.
    package init(indexPath: String) throws(CheckpointError) {
        let url = URL(fileURLWithPath: indexPath)
        let index = try JSONValue.objectFile(url, limit: SafetensorsHeader.maximumByteCount)
        do throws(FormatFault) {
            shardNames = try Self.shardNames(index)
        } catch {
            throw error.at(indexPath)
        }
        let folder = url.deletingLastPathComponent()
        var shards: [String: SafetensorsFile] = [:]
        for shard in Set(shardNames.values).sorted() {
            let path = folder.appendingPathComponent(shard).path
            guard FileManager.default.fileExists(atPath: path) else {
                throw CheckpointError(
                    kind: .incomplete, path: indexPath, tensor: nil, detail: "its file '\(shard)' is not in the folder")
            }
            shards[shard] = try SafetensorsFile(path: path)
        }
        self.shards = shards
        tensors = try Self.tensors(of: shards, shardNames: shardNames, indexPath: indexPath)
    }

    package func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let shardName = shardNames[name], let shard = shards[shardName] else { throw .missing(name) }
        try shard.read(name, into: &destination)
    }

    package func releaseMemory() {
        for shard in shards.values { shard.releaseMemory() }
    }

    /// Tensor name to shard file name.
    private static func shardNames(_ index: [String: JSONValue]) throws(FormatFault) -> [String: String] {
        guard let map = index["weight_map"]?.object else { throw .damaged("it has no weight_map object") }
        guard !map.isEmpty else { throw .damaged("its weight_map is empty") }
        var names: [String: String] = [:]
        for (tensor, value) in map {
            guard let shard = value.string else {
                throw .damaged("its file name is \(value.kind), not a string", tensor: tensor)
            }
            guard isPlainFileName(shard) else {
                throw .damaged("its file name '\(shard)' is not a plain name within the folder", tensor: tensor)
            }
            names[tensor] = shard
        }
        return names
    }

    /// Whether a name stays within its folder.
    private static func isPlainFileName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0 || $0 == 0x2f || $0 == 0x5c }
    }

    private static func tensors(
        of shards: [String: SafetensorsFile], shardNames: [String: String], indexPath: String
    ) throws(CheckpointError) -> [String: TensorDescription] {
        var tensors: [String: TensorDescription] = [:]
        for (name, shard) in shardNames {
            guard let description = shards[shard]?.tensors[name] else {
                throw CheckpointError(
                    kind: .incomplete, path: indexPath, tensor: name, detail: "its file '\(shard)' does not hold it")
            }
            tensors[name] = description
        }
        for (shard, file) in shards {
            if let stray = file.tensors.keys.sorted().first(where: { shardNames[$0] != shard }) {
                throw CheckpointError(
                    kind: .damaged, path: indexPath, tensor: stray,
                    detail: "file '\(shard)' holds it but the index does not say so")
            }
        }
        return tensors
    }
}
