import Foundation
import TestSupport

/// A copy of the mini checkpoint in a temporary folder, to be damaged.
struct ModelCopy {
    struct FormatError: Error {}

    let folder: TemporaryFolder
    var path: String { folder.path }

    init() throws {
        folder = try TemporaryFolder()
        for name in ["config.json", "model.safetensors"] {
            try folder.copy(Fixture.mini.path(name), name)
        }
    }

    /// Writes `config.json` anew after `change`.
    func editConfiguration(_ change: (inout [String: Any]) -> Void) throws {
        let url = URL(filePath: folder.file("config.json"))
        guard var object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] else {
            throw FormatError()
        }
        change(&object)
        try JSONSerialization.data(withJSONObject: object).write(to: url)
    }

    /// Writes the weights anew after `change`.
    func editWeights(_ change: (inout SafetensorsCopy) throws -> Void) throws {
        var weights = try SafetensorsCopy(contentsOf: folder.file("model.safetensors"))
        try change(&weights)
        try folder.write(weights.bytes(), "model.safetensors")
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder.file(name)) }
}
