import OpenCLKernels

/// How attention is cut on devices without matrix units: the constants of `attention_tile.cl` and `attention_vector.cl`.
struct AttentionCut: Sendable, Hashable {
    let form: KernelForm
    /// Queries of a work-group, or of a lone item.
    let queries: Int
    /// Keys of a block, after each of which sums are rescaled: another number may change a result's last bits. Nil for the
    /// file's default.
    var keys: Int?
    /// Queries that a lone item takes through a block at once; nil for the file's default.
    var atOnce: Int?

    init(form: KernelForm, queries: Int, keys: Int? = nil, atOnce: Int? = nil) {
        self.form = form
        self.queries = queries
        self.keys = keys
        self.atOnce = atOnce
    }

    /// The cut without tuning. Heads that a matrix unit does not take run in the tile form.
    init(headWidth: Int, tokens: Int, _ limits: KernelLimits) {
        switch limits.forms.attention {
        case .vector:
            // Items of equal size, few enough that the keys' transposition does not count.
            let items = (tokens + 159) / 160
            self.init(form: .vector, queries: (tokens + items - 1) / items)
        case .tile, .matrix, .emulation:
            let queries = [64, 32, 16].first { queries in
                2 * queries <= limits.workGroupSize
                    && Self.localByteCount(headWidth: headWidth, queries: queries)
                        <= min(limits.localMemoryByteCount, 48 << 10)
            }
            self.init(form: .tile, queries: queries ?? 8)
        }
    }

    var source: KernelSource { form == .vector ? .attentionVector : .attentionTile }
    /// Work-items of a work-group.
    var groupSize: Int { form == .vector ? 1 : 2 * queries }

    var constants: [String: Int] {
        var constants = ["QUERIES": queries, "WIDTH": form == .vector ? 16 : 4]
        if let keys { constants["KEYS"] = keys }
        if let atOnce { constants["AT_ONCE"] = atOnce }
        return constants
    }

    /// Bytes of local memory that `attention_tile.cl` declares.
    private static func localByteCount(headWidth: Int, queries: Int) -> Int {
        let padded = (headWidth + 31) / 32 * 32
        return 4 * (padded * (queries + 4) + padded * 36 + 32 * (queries + 4) + 8 * queries)
    }
}
