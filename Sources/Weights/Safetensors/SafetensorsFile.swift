import Foundation
package import TensorCore

/// The tensors of one safetensors file, under the names that it gives them.
package struct SafetensorsFile: WeightSource {
    package let tensors: [String: TensorDescription]

    private let file: MappedFile
    private let stored: [String: StoredTensor]

    /// Reads and checks the header; no tensor is touched.
    package init(path: String) throws(CheckpointError) {
        file = try MappedFile(path: path)
        let bytes = try file.bytes(reading: 0)
        do throws(FormatFault) {
            stored = try SafetensorsHeader(file: bytes.bytes).tensors
        } catch {
            throw error.at(path)
        }
        tensors = stored.mapValues(\.description)
    }

    package func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let tensor = stored[name] else { throw .missing(name) }
        try tensor.read(name, from: file, into: &destination)
    }

    package func releaseMemory() { file.releaseMemory() }
}
