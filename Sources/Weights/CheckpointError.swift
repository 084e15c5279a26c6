/// Why a checkpoint could not be opened: what is wrong, in which file and tensor, and what to do about it.
package struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The family of a failure; it decides the remedy.
    package enum Kind: Sendable, Hashable, CaseIterable {
        /// The file system refused, or the file changed while it was in use.
        case unreadable
        /// The file is not in any format that can be read.
        case unrecognized
        /// The file contradicts its own format.
        case damaged
        /// The file is sound but uses something that the engine does not have.
        case unsupported
        /// The file asks to run code.
        case forbidden
        /// A part of the checkpoint is not there.
        case incomplete
    }

    package let kind: Kind
    /// The file or folder at fault.
    package let path: String
    /// The tensor at fault, where there is one.
    package let tensor: String?
    /// What is wrong with it, in one clause.
    package let detail: String

    package var remedy: String {
        switch kind {
        case .unreadable: "check that the path is right, readable and not being written to"
        case .unrecognized: "give a Hugging Face folder, a .safetensors file or a PyTorch .pt file"
        case .damaged: "download or save the checkpoint again"
        case .unsupported: "convert the checkpoint, or use one of the published Depth Pro configurations"
        case .forbidden: "do not trust this file; weights never need code, get them from their publisher"
        case .incomplete: "download the whole checkpoint"
        }
    }

    package var description: String {
        let place = tensor.map { "\(path): tensor '\($0)'" } ?? path
        return "\(place): \(detail); \(remedy)"
    }
}

/// A failure found by a parser, which knows the bytes but not the file that they came from.
struct FormatFault: Error, Equatable {
    let kind: CheckpointError.Kind
    var tensor: String?
    let detail: String

    static func damaged(_ detail: String, tensor: String? = nil) -> FormatFault {
        FormatFault(kind: .damaged, tensor: tensor, detail: detail)
    }

    static func unsupported(_ detail: String, tensor: String? = nil) -> FormatFault {
        FormatFault(kind: .unsupported, tensor: tensor, detail: detail)
    }

    static func forbidden(_ detail: String) -> FormatFault { FormatFault(kind: .forbidden, detail: detail) }

    /// The same failure, told with its file.
    func at(_ path: String) -> CheckpointError {
        CheckpointError(kind: kind, path: path, tensor: tensor, detail: detail)
    }
}
