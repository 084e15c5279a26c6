import Fathom
import Foundation
import TestSupport
import Testing

@Suite("Models that cannot be loaded")
struct ModelErrorTests {
    /// Every way to open a model must refuse it with the same words.
    private func expectRefusal(
        _ path: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for word in words {
            expectFailure(.unreadableModel, word, sourceLocation: sourceLocation) {
                _ = try DepthEstimator(model: path)
            }
        }
    }

    /// As `expectRefusal`, and told before any weight is read.
    private func expectRefusalByPlan(
        _ path: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for word in words {
            expectFailure(.unreadableModel, word, sourceLocation: sourceLocation) {
                _ = try DepthEstimator(model: path)
            }
            expectFailure(.unreadableModel, word, sourceLocation: sourceLocation) {
                _ = try ModelSummary(model: path)
            }
        }
    }

    @Test("nothing there")
    func missing() {
        expectRefusalByPlan("/nowhere/depth-pro", "/nowhere/depth-pro", "there is no such file or folder")
    }

    @Test("an empty folder")
    func emptyFolder() throws {
        let folder = try TemporaryFolder()
        expectRefusalByPlan(folder.path, folder.path, "model.safetensors", "depth_pro.pt")
    }

    @Test("a configuration without weights")
    func withoutWeights() throws {
        let model = try ModelCopy()
        try model.remove("model.safetensors")
        for word in [model.path, "model.safetensors", "download the whole checkpoint"] {
            expectFailure(.unreadableModel, word) { _ = try DepthEstimator(model: model.path) }
        }
        // It can be planned all the same.
        #expect(
            try ModelSummary(model: model.path).flopCount == ModelSummary(model: Fixture.mini.folder.path).flopCount)
    }

    /// Planning so many takes minutes; whether the tensors are there is known from their names.
    @Test("a configuration that claims a thousand layers is refused at once", .timeLimit(.minutes(1)))
    func layers() throws {
        let model = try ModelCopy()
        try model.editConfiguration { configuration in
            for key in ["patch_model_config", "image_model_config", "fov_model_config"] {
                var encoder = configuration[key] as? [String: Any] ?? [:]
                encoder["num_hidden_layers"] = 1024
                configuration[key] = encoder
            }
        }
        expectRefusalByPlan(model.path, "has no tensor 'depth_pro.encoder.patch_encoder.model.encoder.layer.14.")
    }

    @Test("weights without a configuration")
    func withoutConfiguration() throws {
        let model = try ModelCopy()
        try model.remove("config.json")
        expectRefusalByPlan(model.path, "config.json")
    }

    @Test("truncated weights", arguments: [0, 7, 8, 100, 60_000, 7_011_215])
    func truncated(byteCount: Int) throws {
        let model = try ModelCopy()
        let bytes = try Data(contentsOf: URL(filePath: model.folder.file("model.safetensors")))
        try #require(byteCount < bytes.count)
        try model.folder.write(bytes.prefix(byteCount), "model.safetensors")
        expectRefusalByPlan(model.path, "model.safetensors")
    }

    @Test("a truncated archive", arguments: [0, 3, 30, 100_000, 7_114_826])
    func truncatedArchive(byteCount: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = try Data(contentsOf: URL(filePath: Fixture.mini.path("depth_pro.pt")))
        try #require(byteCount < bytes.count)
        let path = try folder.write(bytes.prefix(byteCount), "depth_pro.pt")
        expectRefusalByPlan(path, path)
    }

    @Test("a shard that is missing")
    func missingShard() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture("mini-sharded")
        for name in ["config.json", "model.safetensors.index.json", "model-00001-of-00004.safetensors"] {
            try folder.copy(fixture.path(name), name)
        }
        expectRefusalByPlan(folder.path, "-of-00004.safetensors")
    }

    @Test("a text file as .pt")
    func text() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Data("To whom it may concern\n".utf8), "depth_pro.pt")
        expectRefusalByPlan(path, path, "neither a safetensors file nor a zip archive")
        expectRefusalByPlan(folder.path, path)
    }

    @Test("a photograph as model")
    func photograph() {
        expectRefusalByPlan(Fixture.mini.path("photo.png"), "photo.png", "neither a safetensors file")
    }

    @Test("a tensor too many")
    func unexpected() throws {
        let model = try ModelCopy()
        try model.editWeights { $0.add("depth_pro.encoder.surprise.weight", shape: [2, 3]) }
        expectRefusalByPlan(model.path, model.path, "surprise")
    }

    @Test("a tensor too few")
    func incomplete() throws {
        let model = try ModelCopy()
        try model.editWeights { try $0.rename("head.layers.4.bias", to: "head.layers.4.other") }
        expectRefusalByPlan(model.path, model.path, "head.layers.4.bias")
    }

    @Test("a value that is no number", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(value: Float) throws {
        let model = try ModelCopy()
        try model.editWeights { try $0.set("head.layers.4.weight", 3, value) }
        expectRefusal(model.path, model.path, "head.layers.4.weight", "element 3", "NaN or an infinity")
    }
}
