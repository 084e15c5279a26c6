package import OpenCLKernels

/// What the programs for matrix units have in common.
package struct MatrixProgram: Sendable, Hashable {
    package let unit: MatrixUnit
    let isEmulation: Bool

    /// Nil for forms without a matrix unit.
    package init?(_ form: KernelForm) {
        guard let unit = form.matrixUnit else { return nil }
        self.unit = unit
        isEmulation = form.isEmulation
    }

    /// The files before the kernel.
    package var sources: [KernelSource] {
        [.matrixTile] + unit.sources + (isEmulation ? [.matrixEmulation] : [])
    }

    /// Their constants.
    package var constants: [String: Int] {
        var constants = unit.constants
        constants["EMULATED"] = isEmulation ? 1 : 0
        constants["WIDTH"] = 4
        return constants
    }

    /// Whether attention on heads of so many elements has a kernel.
    static func takes(headWidth: Int) -> Bool { [16, 32, 64].contains(headWidth) }

    /// Queries of a work-group and keys of a block.
    var attentionTile: (queries: Int, keys: Int) {
        switch unit {
        case .wgmma, .wgmmaWide: (128, 64)
        case _ where isEmulation: (32, 32)
        case .plain, .plainStaged: (32, 32)
        case .wmma11, .wmma12, .xmx16, .xmx8: (64, 32)
        case .mma, .mmaWide: (128, 64)
        case .mfma: (64, 64)
        }
    }
}
