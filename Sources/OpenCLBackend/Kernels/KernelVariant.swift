package import OpenCLKernels

/// A kernel with its constants: what gets compiled.
package struct KernelVariant: Sendable, Hashable {
    /// The files of the program, in order.
    package private(set) var sources: [KernelSource]
    /// The kernel's name in them.
    package let name: String
    /// `-D` constants; those that are absent keep the files' defaults.
    package let constants: [String: Int]

    init(_ sources: [KernelSource], _ name: String, _ constants: [String: Int] = [:]) {
        self.sources = [.common] + sources
        self.name = name
        self.constants = constants
    }

    /// The kernel for groups of launches.
    var grouped: KernelVariant {
        var variant = self
        variant.sources.insert(.group, at: 1)
        return variant
    }

    /// The files that say how the operation is computed, where there is more than one way.
    var form: String {
        let forms = sources.map(\.rawValue).filter { file in
            ["_tile", "_vector", "_narrow", "_matrix"].contains(where: file.hasSuffix) || file.hasPrefix("matrix_")
        }
        return forms.joined(separator: " ")
    }

    /// The constants in the order of their names: `PANEL=64`.
    var definitions: [String] { constants.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }

    /// Of every program. Contraction of a * b + c is allowed, and nothing else that would change a result: no assumption
    /// that numbers are finite. Warnings are left out: PoCL prints how many there are on standard error.
    static let options = ["-cl-std=CL1.2", "-cl-mad-enable", "-w"]

    /// The program's text.
    var text: ProgramText {
        ProgramText(
            source: sources.map(\.text).joined(separator: "\n"),
            options: (Self.options + definitions.map { "-D" + $0 }).joined(separator: " "),
            isRetargeted: sources.contains(.matrixWGMMA) && constants["EMULATED"] == 0)
    }
}
