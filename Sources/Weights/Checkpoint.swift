import Foundation
package import TensorCore

/// A checkpoint as a user names it, opened: its weights under canonical names and what is known about its model.
package struct Checkpoint: Sendable {
    /// Whose naming the file uses.
    package enum Layout: Sendable, Equatable {
        case apple
        case huggingFace
    }

    /// The last part of the path that was given.
    package let name: String
    package let layout: Layout
    /// Every tensor, under Apple's names.
    package let weights: any WeightSource
    /// What `config.json` says; nil in Apple's layout, where shapes say everything.
    package let configuration: CheckpointConfiguration?
    /// The licence that the model card or licence file beside the weights states.
    package let license: String?

    /// Opens a checkpoint and checks its containers; tensors are read later.
    ///
    /// - Parameter path: a folder of Hugging Face (config.json beside model.safetensors or its index), a folder that
    ///   holds depth_pro.pt, or one of these files.
    /// - Throws: when a file is missing, damaged, unsupported or unsafe.
    package init(path: String) throws(CheckpointError) {
        // Not `standardizedFileURL`, which takes ".." out before links are followed.
        let url = URL(fileURLWithPath: path)
        let file = try CheckpointFile.locate(url)
        let folder = file.url.deletingLastPathComponent()
        let source = try file.open()
        name = url.standardizedFileURL.lastPathComponent
        license = ModelCard.license(in: folder)
        layout = try Self.layout(of: source, path: file.url.path)
        switch layout {
        case .apple:
            weights = source
            configuration = nil
        case .huggingFace:
            let found = try Self.configuration(in: folder)
            configuration = found
            weights = try Self.canonical(source, found, path: file.url.path)
        }
    }

    private static func layout(of source: any WeightSource, path: String) throws(CheckpointError) -> Layout {
        let names = source.tensors.keys
        if names.contains(where: { $0.hasPrefix("depth_pro.") }) { return .huggingFace }
        if names.contains(where: { $0.hasPrefix("encoder.patch_encoder.") }) { return .apple }
        let first = names.min().map { "its first tensor is '\($0)'" } ?? "it has no tensors"
        throw CheckpointError(
            kind: .unsupported, path: path, tensor: nil, detail: "it is not a Depth Pro checkpoint: \(first)")
    }

    private static func configuration(in folder: URL) throws(CheckpointError) -> CheckpointConfiguration {
        let url = folder.appendingPathComponent("config.json")
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw CheckpointError(
                kind: .incomplete, path: folder.path, tensor: nil, detail: "there is no config.json beside the weights")
        }
        let configuration = try CheckpointConfiguration(jsonPath: url.path)
        let preprocessor = folder.appendingPathComponent("preprocessor_config.json")
        if FileManager.default.fileExists(atPath: preprocessor.path) {
            try PreprocessorConfiguration.check(jsonPath: preprocessor.path, imageSize: configuration.imageSize)
        }
        return configuration
    }

    private static func canonical(
        _ source: any WeightSource, _ configuration: CheckpointConfiguration, path: String
    ) throws(CheckpointError) -> any WeightSource {
        do throws(WeightError) {
            return try HuggingFaceLayout(
                source: source, intermediateCount: configuration.intermediateFeatureSizes.count,
                scaledImageCount: configuration.scaledImageFeatureSizes.count)
        } catch {
            throw CheckpointError(kind: .damaged, path: path, tensor: nil, detail: "\(error)")
        }
    }
}
