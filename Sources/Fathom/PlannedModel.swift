import Foundation
import Models
import TensorCore
import Weights

/// A network as a path describes it: by a checkpoint, or by its configuration alone. Planning and measuring need no
/// weights.
struct PlannedModel {
    let name: String
    let network: DepthPro
    /// nil when there is only a configuration.
    private let loaded: LoadedModel?

    /// - Parameter path: what ``LoadedModel`` opens, a `config.json`, or a folder that holds one and no weights.
    /// - Throws: ``FathomError`` when nothing of it can be opened or it is not a Depth Pro.
    init(_ path: String) throws(FathomError) {
        if let configurationPath = Self.loneConfiguration(path) {
            let configuration = try FathomError.wrapping(.unreadableModel) { () throws(CheckpointError) in
                try CheckpointConfiguration(jsonPath: configurationPath)
            }
            name = URL(filePath: path).standardizedFileURL.lastPathComponent
            loaded = nil
            do {
                network = try DepthPro(DepthProConfiguration(configuration))
            } catch { throw FathomError(.unreadableModel, "\(path): \(error)") }
        } else {
            let loaded = try LoadedModel(path)
            name = loaded.name
            network = loaded.network
            self.loaded = loaded
        }
    }

    /// - Parameter path: as above; nil for the published network without weights.
    /// - Throws: as above.
    init(measuring path: String?) throws(FathomError) {
        if let path {
            self = try PlannedModel(path)
            return
        }
        (name, loaded) = ("published network", nil)
        do { network = try DepthPro(.published) } catch { preconditionFailure("\(error)") }
    }

    /// The model to measure: where there are no weights, random ones stand in.
    var forMeasuring: LoadedModel {
        if let loaded { return loaded }
        let weights = RandomWeights(for: network.graph(microBatch: MicroBatch.largest).weights)
        return LoadedModel(path: name, name: "\(name), random weights", network: network, weights: weights)
    }

    /// Checks the name and the shape of every tensor, where there are any.
    ///
    /// - Throws: ``FathomError`` naming the first tensor that is missing, misshapen or unknown.
    func checkWeights() throws(FathomError) {
        try loaded?.checkWeights()
    }

    /// The configuration that a path names, when no weights lie beside it.
    private static func loneConfiguration(_ path: String) -> String? {
        let url = URL(filePath: path)
        if url.lastPathComponent == "config.json" { return path }
        let candidate = url.appending(path: "config.json").path
        let files = FileManager.default
        guard files.fileExists(atPath: candidate) else { return nil }
        let names = (try? files.contentsOfDirectory(atPath: path)) ?? []
        let holdsWeights = names.contains { name in
            [".safetensors", ".safetensors.index.json", ".pt"].contains { name.hasSuffix($0) }
        }
        return holdsWeights ? nil : candidate
    }
}

extension DepthPro {
    /// The graph for some photographs, fused unless the options say otherwise.
    func graph(_ options: DepthEstimator.Options, imageCount: Int = 1, microBatch: Int) -> Graph {
        let graph = graph(imageCount: imageCount, microBatch: microBatch)
        return options.fusesOperations ? graph.fused() : graph
    }
}
