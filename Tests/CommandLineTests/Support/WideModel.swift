import Foundation
import Models
import TensorCore
import TestSupport

/// A checkpoint of zeros whose encoders need more memory than its decoder, unlike those of the published network: the
/// crops that go through them together decide how much the whole needs.
struct WideModel {
    private let folder: TemporaryFolder
    var path: String { folder.file("wide.safetensors") }

    init() throws {
        folder = try TemporaryFolder()
        let encoder = VisionTransformerConfiguration(
            width: 64, blockCount: 6, headCount: 1, hiddenWidth: 64, tokenSide: 16)
        var patchEncoder = encoder
        (patchEncoder.blockCount, patchEncoder.hiddenWidth) = (12, 16_384)
        let network = try DepthPro(
            DepthProConfiguration(
                patchSide: 128, patchEncoder: patchEncoder, imageEncoder: encoder, fieldOfViewEncoder: nil,
                hookBlocks: [5, 11], latentWidths: [4, 4], pyramidWidths: [4, 4, 4], fusionWidth: 4))
        try write(Plan(network.graph(microBatch: 35)).weights.flatMap(\.tensors))
    }

    /// The safetensors format: the header's length, the header, the tensors. A file grown in length holds zeros.
    private func write(_ tensors: [(name: String, shape: Shape)]) throws {
        var entries: [String: Any] = [:]
        var end = 0
        for tensor in tensors where entries[tensor.name] == nil {
            let start = end
            end += 4 * tensor.shape.elementCount
            entries[tensor.name] = [
                "dtype": "F32", "shape": tensor.shape.dimensions, "data_offsets": [start, end],
            ]
        }
        let header = try JSONSerialization.data(withJSONObject: entries)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try (length + header).write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: UInt64(8 + header.count + end))
        try file.close()
    }
}
