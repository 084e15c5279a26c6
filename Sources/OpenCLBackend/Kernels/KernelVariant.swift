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
            ["_tile", "_vector", "_matrix"].contains(where: file.hasSuffix) || file.hasPrefix("matrix_")
        }
        return forms.joined(separator: " ")
    }

    /// The constants in the order of their names.
    var constantsText: String {
        constants.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    /// The program's text. Contraction of a * b + c is allowed, and nothing else that would change a result: no
    /// assumption that numbers are finite. Warnings are left out: PoCL prints how many there are on standard error.
    var text: ProgramText {
        let defines = constants.sorted { $0.key < $1.key }.map { "-D\($0.key)=\($0.value)" }
        return ProgramText(
            source: sources.map(\.text).joined(separator: "\n"),
            options: (["-cl-std=CL1.2", "-cl-mad-enable", "-w"] + defines).joined(separator: " "),
            isRetargeted: sources.contains(.matrixWGMMA) && constants["EMULATED"] == 0)
    }
}
