import Foundation
import TensorCore
import Testing
import Weights

@Suite("Checkpoint")
struct CheckpointTests {
    private let folder: TemporaryFolder
    private var path: String { folder.url.path }

    init() throws { folder = try TemporaryFolder() }

    private static let configuration = """
        {"model_type":"depth_pro","use_fov_model":true,"patch_model_config":{"patch_size":16},
        "image_model_config":{"patch_size":16},"fov_model_config":{"patch_size":16}}
        """

    private static let huggingFace = SafetensorsBytes.file(
        DepthProNames.pairs(layerCount: 1, spelling: .disk).flatMap(\.huggingFace).enumerated().map {
            SafetensorsBytes.float32($1, shape: [1], [Float($0)])
        })

    private static let apple = TorchArchive.zip(
        DepthProNames.pairs(layerCount: 1, spelling: .disk).enumerated().map {
            .float32($1.apple, key: "\($0)", [Float($0)], shape: [1], strides: [1])
        }
    ).bytes

    private func refusal(of path: String) throws -> CheckpointError {
        try #require(throws: CheckpointError.self) { try Checkpoint(path: path) }
    }

    @Test("a folder of Hugging Face")
    func huggingFaceFolder() throws {
        _ = try folder.write(Self.huggingFace, as: "model.safetensors")
        _ = try folder.write(Self.configuration, as: "config.json")
        _ = try folder.write(
            "---\nlicense: other\nlicense_name: \"apple-amlr\"\n---\n# Card\nlicense: no\n", as: "README.md")
        for path in [path, path + "/", path + "/./model.safetensors"] {
            let checkpoint = try Checkpoint(path: path)
            #expect(checkpoint.layout == .huggingFace)
            #expect(checkpoint.configuration?.patchSize == 384)
            #expect(checkpoint.license == "apple-amlr")
            #expect(checkpoint.weights.tensors["encoder.patch_encoder.blocks.0.attn.qkv.weight"]?.shape == [3])
        }
        #expect(try Checkpoint(path: path).name == folder.url.lastPathComponent)
        #expect(try Checkpoint(path: path + "/.").name == folder.url.lastPathComponent)
        // A link's ".." is beside what it leads to.
        let elsewhere = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: path + "/below", withIntermediateDirectories: false)
        let link = elsewhere.url.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path + "/below")
        #expect(try Checkpoint(path: link + "/..").layout == .huggingFace)
    }

    @Test("a sharded folder of Hugging Face, through links as download caches make them")
    func shardedFolder() throws {
        let store = try TemporaryFolder()
        let shard = try store.write(Self.huggingFace, as: "blob")
        try FileManager.default.createSymbolicLink(atPath: path + "/m.safetensors", withDestinationPath: shard)
        let names = DepthProNames.pairs(layerCount: 1, spelling: .disk).flatMap(\.huggingFace)
        let map = names.map { "\"\($0)\":\"m.safetensors\"" }.joined(separator: ",")
        _ = try folder.write("{\"weight_map\":{\(map)}}", as: "model.safetensors.index.json")
        _ = try folder.write(Self.configuration, as: "config.json")
        _ = try folder.write("\n Apache License \n Version 2.0\n", as: "LICENSE")
        let checkpoint = try Checkpoint(path: path)
        #expect(checkpoint.weights.tensors.count == DepthProNames.pairs(layerCount: 1, spelling: .disk).count)
        #expect(checkpoint.license == "Apache License")
        #expect(try Checkpoint(path: path + "/model.safetensors.index.json").layout == .huggingFace)
    }

    @Test("Apple's file, alone or in a folder")
    func appleFile() throws {
        let file = try folder.write(Self.apple, as: "depth_pro.pt")
        for path in [file, path] {
            let checkpoint = try Checkpoint(path: path)
            #expect(checkpoint.layout == .apple)
            #expect(checkpoint.configuration == nil)
            #expect(checkpoint.license == nil)
            #expect(try checkpoint.weights.float32("encoder.patch_encoder.pos_embed") == [1])
        }
        #expect(try Checkpoint(path: file).name == "depth_pro.pt")
    }

    @Test("a folder without weights, a path to nothing, a pointer and other files are errors that say so")
    func nothing() throws {
        #expect(try refusal(of: path).kind == .incomplete)
        #expect(try refusal(of: path + "/none").kind == .unreadable)
        let pointer = try folder.write(
            "version https://git-lfs.github.com/spec/v1\noid sha256:3e\n", as: "depth_pro.pt")
        #expect(try refusal(of: pointer).description.contains("git lfs pull"))
        #expect(try refusal(of: folder.write([0x80, 2, 0x8a, 10], as: "old.pt")).description.contains("bare pickle"))
        #expect(try refusal(of: folder.write("\u{89}PNG\r\n and so on", as: "a.bin")).kind == .unrecognized)
        #expect(try refusal(of: folder.write("", as: "empty.pt")).kind == .unrecognized)
        let other = SafetensorsBytes.file([SafetensorsBytes.float32("bert.weight", shape: [1], [1])])
        let error = try refusal(of: folder.write(other, as: "b.safetensors"))
        #expect(error.kind == .unsupported)
        #expect(error.description.contains("'bert.weight'"))
    }

    @Test("Hugging Face's weights without their configuration are an error")
    func noConfiguration() throws {
        _ = try folder.write(Self.huggingFace, as: "model.safetensors")
        #expect(try refusal(of: path).description.contains("no config.json"))
    }

    static let preprocessors: [(String, String?)] = [
        (
            #"{"do_normalize":true,"do_rescale":true,"do_resize":true,"image_mean":0.5,"image_std":0.5,"resample":2,"#
                + #""rescale_factor":0.00392156862745098,"size":{"height":1536,"width":1536}}"#, nil
        ),
        (#"{"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}"#, nil),
        ("{}", nil),
        (#"{"image_mean":[0.485,0.456,0.406]}"#, "image_mean"),
        (#"{"image_std":0.25}"#, "image_std"),
        (#"{"image_std":[0.5,0.5]}"#, "image_std"),
        (#"{"image_std":[]}"#, "image_std"),
        (#"{"rescale_factor":1}"#, "rescale_factor"),
        (#"{"resample":3}"#, "resample"),
        (#"{"do_resize":false}"#, "do_resize"),
        (#"{"do_normalize":false}"#, "do_normalize"),
        (#"{"size":{"height":768,"width":1536}}"#, "size.height"),
    ]

    @Test("only Depth Pro's own preprocessing is accepted", arguments: preprocessors)
    func preprocessor(json: String, mention: String?) throws {
        _ = try folder.write(Self.huggingFace, as: "model.safetensors")
        _ = try folder.write(Self.configuration, as: "config.json")
        _ = try folder.write(json, as: "preprocessor_config.json")
        if let mention {
            #expect(try refusal(of: path).description.contains(mention))
        } else {
            #expect(try Checkpoint(path: path).layout == .huggingFace)
        }
    }

    @Test("attention in pieces is an error of the checkpoint")
    func brokenAttention() throws {
        let names = DepthProNames.pairs(layerCount: 1, spelling: .disk).flatMap(\.huggingFace)
        let kept = names.filter { !$0.hasSuffix("key.bias") }.map { SafetensorsBytes.float32($0, shape: [1], [1]) }
        _ = try folder.write(SafetensorsBytes.file(kept), as: "model.safetensors")
        _ = try folder.write(Self.configuration, as: "config.json")
        #expect(try refusal(of: path).description.contains("not the key"))
    }
}
