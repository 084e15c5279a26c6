import OpenCLKernels

/// What multiplies small matrices in one instruction, and how kernels drive it: each is a file with the names that
/// `matrix_tile.cl` lists.
package enum MatrixUnit: String, Sendable, Hashable, CaseIterable {
    /// NVIDIA's tensor cores, compute capability 8.0 and later.
    case mma
    /// AMD's matrix cores: MFMA of CDNA 2 and 3, WMMA of RDNA 3, WMMA of RDNA 4.
    case mfma, wmma11, wmma12
    /// Intel's XMX with sub-groups of 16 (data centre, Arc B) and of 8 (Arc A).
    case xmx16, xmx8
    /// Ordinary arithmetic on the same tiles, for any device: slow, and without barriers of its own, so that a check for
    /// races sees what the kernels leave to barriers.
    case plain

    /// The units that a device may have, by what it says of itself. Whether it has one, building for it and known answers
    /// tell.
    static func candidates(_ device: OpenCLDevice) -> [MatrixUnit] {
        if let capability = device.nvidiaComputeCapability { return capability.major >= 8 ? [.mma] : [] }
        if device.extensions.contains("cl_amd_device_attribute_query") && device.kind == .gpu {
            return [.mfma, .wmma12, .wmma11]
        }
        if device.extensions.contains("cl_intel_subgroup_matrix_multiply_accumulate") { return [.xmx16, .xmx8] }
        return []
    }

    var source: KernelSource {
        switch self {
        case .mma: .matrixMMA
        case .mfma, .wmma11, .wmma12: .matrixAMD
        case .xmx16, .xmx8: .matrixIntel
        case .plain: .matrixPlain
        }
    }

    /// The file's constants.
    var constants: [String: Int] {
        switch self {
        case .mma: [:]
        case .plain: ["PLAIN": 1]
        case .mfma: ["AMD_UNIT": 9]
        case .wmma11: ["AMD_UNIT": 11]
        case .wmma12: ["AMD_UNIT": 12]
        case .xmx16: ["INTEL_LANES": 16]
        case .xmx8: ["INTEL_LANES": 8]
        }
    }

    /// Items that drive the unit together.
    var laneCount: Int {
        switch self {
        case .mma, .wmma11, .wmma12: 32
        case .mfma: 64
        case .xmx16: 16
        case .xmx8: 8
        case .plain: 4
        }
    }

    /// Whether copies to local memory run by themselves, so that three slots are worth their room.
    var copiesAsynchronously: Bool { self == .mma || self == .plain }

    /// Slots of local memory of a product: the default of `STAGES` in `product_matrix.cl`.
    var slots: Int { copiesAsynchronously ? 3 : 2 }

    /// Whether what a lane has of a product is its part of the next product's left factor: `KEEPS_SHARES` of the files.
    var keepsShares: Bool { self == .mma || self == .plain }

    /// Rows and columns of a tile that a sub-group's registers hold the sums of, at most.
    var greatestSubTile: (rows: Int, columns: Int) {
        switch self {
        case .mma, .mfma: (64, 64)
        case .wmma11, .wmma12: (64, 32)
        case .xmx16, .xmx8: (32, 32)
        case .plain: (32, 16)
        }
    }

    /// Channels of a slab of packed weights: `SLAB` of `product_matrix.cl`.
    static let slab = 32
}
