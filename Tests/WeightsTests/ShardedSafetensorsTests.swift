import TensorCore
import Testing
import Weights

@Suite("Sharded safetensors")
struct ShardedSafetensorsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Two shards, `a` and `b` in the first and `c` in the second, under an index of the given map.
    private func open(map: String) throws -> ShardedSafetensors {
        let first = [
            SafetensorsBytes.float32("a", shape: [1], [1]), SafetensorsBytes.float32("b", shape: [2], [2, 3]),
        ]
        _ = try folder.write(SafetensorsBytes.file(first), as: "m-1.safetensors")
        _ = try folder.write(
            SafetensorsBytes.file([SafetensorsBytes.float32("c", shape: [], [4])]), as: "m-2.safetensors")
        let index = try folder.write(
            "{\"metadata\":{\"total_size\":16},\"weight_map\":\(map)}", as: "model.safetensors.index.json")
        return try ShardedSafetensors(indexPath: index)
    }

    @Test("tensors come from their shards")
    func sound() throws {
        let source = try open(map: #"{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-2.safetensors"}"#)
        #expect(Set(source.tensors.keys) == ["a", "b", "c"])
        #expect(try source.float32("b") == [2, 3])
        source.releaseMemory()
        #expect(try source.float32("c") == [4])
        #expect(throws: WeightError.missing("d")) { try source.float32("d") }
    }

    static let badMaps: [(String, CheckpointError.Kind, String)] = [
        (#"{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-3.safetensors"}"#, .incomplete, "m-3.safetensors"),
        (#"{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-1.safetensors"}"#, .incomplete, "tensor 'c'"),
        (#"{"a":"m-1.safetensors","c":"m-2.safetensors"}"#, .damaged, "tensor 'b'"),
        (#"{"a":"../m-1.safetensors"}"#, .damaged, "plain name"),
        (#"{"a":"/etc/passwd"}"#, .damaged, "plain name"),
        (#"{"a":".."}"#, .damaged, "plain name"),
        (#"{"a":""}"#, .damaged, "plain name"),
        (#"{"a":"m\u0000"}"#, .damaged, "plain name"),
        (#"{"a":1}"#, .damaged, "not a string"),
        ("{}", .damaged, "empty"),
        ("[]", .damaged, "weight_map"),
        ("3", .damaged, "weight_map"),
    ]

    @Test("an index that does not fit is an error", arguments: badMaps)
    func bad(map: String, kind: CheckpointError.Kind, mention: String) throws {
        let error = try #require(throws: CheckpointError.self) { try open(map: map) }
        #expect(error.kind == kind)
        #expect(error.description.contains(mention), "\(error)")
    }

    @Test("a damaged shard names its own file")
    func damagedShard() throws {
        _ = try folder.write([1, 2, 3], as: "x.safetensors")
        let error = try #require(throws: CheckpointError.self) { try open(map: #"{"a":"x.safetensors"}"#) }
        #expect(error.path.hasSuffix("x.safetensors"))
    }
}
