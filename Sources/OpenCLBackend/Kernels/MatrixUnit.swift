import OpenCLKernels
import TensorCore

/// What multiplies small matrices in one instruction, and how kernels drive it: each is a file with the names that
/// `matrix_tile.cl` lists.
package enum MatrixUnit: String, Sendable, Hashable, CaseIterable {
    /// NVIDIA's tensor cores, compute capability 8.0 and later.
    case mma
    /// The same with larger tiles, more of them on their way. They take more local memory than the driver says that there
    /// is; whether a program may have it, only building and running one tells.
    case mmaWide = "mma-wide"
    /// NVIDIA's tensor cores as compute capability 9.0 alone has them: four warps multiply together, out of local memory.
    /// ``RetargetedPTX`` tells how such a program comes about.
    case wgmma
    /// The same with the tiles of ``mmaWide``.
    case wgmmaWide = "wgmma-wide"
    /// AMD's matrix cores: MFMA of CDNA 2 and 3, WMMA of RDNA 3, WMMA of RDNA 4.
    case mfma, wmma11, wmma12
    /// Intel's XMX with sub-groups of 16 (data centre, Arc B) and of 8 (Arc A).
    case xmx16, xmx8
    /// Ordinary arithmetic on the same tiles, for any device: slow, and without barriers of its own, so that a check for
    /// races sees what the kernels leave to barriers.
    case plain
    /// The same in the way that AMD's and Intel's units have: copies go through registers, and shares of attention through
    /// local memory.
    case plainStaged = "plain-staged"

    /// The units that a device may have, by what it says of itself, the best first. Whether it has one, building for it
    /// and known answers tell.
    static func candidates(_ device: OpenCLDevice, _ family: KnownAnswer.Family) -> [MatrixUnit] {
        if let capability = device.nvidiaComputeCapability {
            let units: [MatrixUnit] =
                switch capability {
                case (9, 0): [.wgmmaWide, .wgmma, .mmaWide, .mma]
                case (8..., _): [.mmaWide, .mma]
                default: []
                }
            return units.filter { family != .attention || !$0.isWide }
        }
        if device.extensions.contains("cl_amd_device_attribute_query") && device.kind == .gpu {
            return [.mfma, .wmma12, .wmma11]
        }
        if device.extensions.contains("cl_intel_subgroup_matrix_multiply_accumulate") { return [.xmx16, .xmx8] }
        return []
    }

    /// Whether it is ordinary arithmetic, on any device.
    package var isPlain: Bool { self == .plain || self == .plainStaged }

    /// Whether its products take more than 48 KB of local memory; attention has no use for more.
    package var isWide: Bool { self == .mmaWide || self == .wgmmaWide }

    /// Whether a lane holds descriptors of tiles rather than their elements.
    package var readsLocalMemory: Bool { self == .wgmma || self == .wgmmaWide }

    /// Its files, in order.
    var sources: [KernelSource] {
        switch self {
        case .mma, .mmaWide: [.matrixNVIDIA, .matrixMMA]
        case .wgmma, .wgmmaWide: [.matrixNVIDIA, .matrixWGMMA]
        case .mfma, .wmma11, .wmma12: [.matrixAMD]
        case .xmx16, .xmx8: [.matrixIntel]
        case .plain, .plainStaged: [.matrixPlain]
        }
    }

    /// The files' constants.
    var constants: [String: Int] {
        switch self {
        case .mma, .mmaWide: [:]
        case .wgmma, .wgmmaWide: ["MULTIPLIES_ALONE": 1]
        case .plain: ["PLAIN": 1]
        case .plainStaged: ["PLAIN": 1, "ASYNC": 0, "KEEPS_SHARES": 0]
        case .mfma: ["AMD_UNIT": 9]
        case .wmma11: ["AMD_UNIT": 11]
        case .wmma12: ["AMD_UNIT": 12]
        case .xmx16: ["INTEL_LANES": 16]
        case .xmx8: ["INTEL_LANES": 8]
        }
    }

    /// Items that drive the unit together.
    package var laneCount: Int {
        switch self {
        case .mma, .mmaWide, .wmma11, .wmma12: 32
        case .wgmma, .wgmmaWide: 128
        case .mfma: 64
        case .xmx16: 16
        case .xmx8: 8
        case .plain, .plainStaged: 4
        }
    }

    /// Whether copies to local memory run by themselves rather than through registers.
    var copiesAsynchronously: Bool {
        switch self {
        case .mma, .mmaWide, .wgmma, .wgmmaWide, .plain: true
        case .mfma, .wmma11, .wmma12, .xmx16, .xmx8, .plainStaged: false
        }
    }

    /// Slots of local memory of a product: the default of `STAGES` in `product_matrix.cl` where a step is one slab.
    var slots: Int { copiesAsynchronously ? 3 : 2 }

    /// Whether what a lane has of a product is its part of the next product's left factor: `KEEPS_SHARES` of the files.
    package var keepsShares: Bool {
        switch self {
        case .mma, .mmaWide, .wgmma, .wgmmaWide, .plain: true
        case .mfma, .wmma11, .wmma12, .xmx16, .xmx8, .plainStaged: false
        }
    }

    /// Queries that attention's sub-groups take at a time at most: `SUB_QUERIES` of `attention_matrix.cl`. Two rows of units
    /// where registers hold the sums of both: keys and values are loaded once for both.
    var greatestQueryCount: Int { self == .mma || self == .mmaWide ? 32 : rowCount }

    /// Rows that sub-groups take at a time at least: queries of attention, and a strip of a product's sums.
    var rowCount: Int { readsLocalMemory ? 64 : 16 }

    /// Keys that attention takes at a time at least.
    var keyCount: Int { readsLocalMemory ? 64 : 16 }

    /// Rows and columns of a tile that a sub-group's registers hold the sums of, at most.
    var greatestSubTile: (rows: Int, columns: Int) {
        switch self {
        case .mma, .mmaWide, .mfma: (64, 64)
        case .wgmma, .wgmmaWide: (64, 128)
        case .wmma11, .wmma12: (64, 32)
        case .xmx16, .xmx8: (32, 32)
        case .plain, .plainStaged: (32, 16)
        }
    }

    /// Rows and columns of a tile that a sub-group takes at least; of columns, as many as there are.
    var leastSubTile: (rows: Int, columns: Int) { readsLocalMemory ? greatestSubTile : (16, 16) }

    /// Channels of a slab of packed weights: `SLAB` of `product_matrix.cl`.
    static let slab = 32
    /// Terms of a sum in one multiplication: `UNIT_DEPTH` of `matrix_tile.cl`.
    package static let depth = 16
}
