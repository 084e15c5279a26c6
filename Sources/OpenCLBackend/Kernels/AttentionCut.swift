import OpenCLKernels

/// How attention is cut: the constants of `attention_tile.cl`, `attention_vector.cl` and `attention_matrix.cl`.
struct AttentionCut: Sendable, Hashable {
    let form: KernelForm
    /// Queries of a work-group, or of a lone item.
    let queries: Int
    /// Keys of a block, after which sums may be rescaled: another number may change a result's last bits. Nil for the file's
    /// default, which matrix units do without.
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
        if let program = MatrixProgram(limits.forms.attention), MatrixProgram.takes(headWidth: headWidth) {
            let (queries, keys) = program.attentionTile
            self.init(form: limits.forms.attention, queries: queries, keys: keys)
        } else if limits.forms.attention == .vector {
            // Items of equal size, few enough that the keys' transposition does not count.
            let items = (tokens + 159) / 160
            self.init(
                form: .vector, queries: (tokens + items - 1) / items, atOnce: limits.hasNarrowVectors ? 1 : nil)
        } else {
            let queries = [64, 32, 16].first { queries in
                2 * queries <= limits.workGroupSize
                    && Self.localByteCount(headWidth: headWidth, queries: queries)
                        <= min(limits.localMemoryByteCount, 48 << 10)
            }
            self.init(form: .tile, queries: queries ?? 8)
        }
    }

    /// The files of the kernel, behind those that all kernels have.
    var sources: [KernelSource] {
        switch form {
        case .vector: [.attention, .attentionVector]
        case .tile: [.attention, .attentionTile]
        case .matrix, .emulation: (MatrixProgram(form)?.sources ?? []) + [.attention, .attentionMatrix]
        }
    }

    /// Queries whose sums a sub-group of a matrix unit keeps in registers.
    private func subQueries(_ unit: MatrixUnit) -> Int { min(queries, unit.greatestQueryCount) }

    /// Work-items of a work-group.
    var groupSize: Int {
        switch form {
        case .vector: 1
        case .tile: 2 * queries
        case .matrix(let unit), .emulation(let unit): queries / subQueries(unit) * unit.laneCount
        }
    }

    /// What tells cuts of a form apart.
    var constants: [String: Int] {
        var constants = ["QUERIES": queries]
        if let unit = form.matrixUnit {
            constants["SUB_QUERIES"] = subQueries(unit)
        } else {
            constants["WIDTH"] = form == .vector ? 16 : 4
        }
        if let keys { constants["KEYS"] = keys }
        if let atOnce { constants["AT_ONCE"] = atOnce }
        return constants
    }

    /// What `attention_matrix.cl` requires; local memory is two slots of keys and values, and what a unit does not keep in
    /// registers, or at the end the sums as rows of floats.
    func fitsMatrixForm(headWidth: Int, _ unit: MatrixUnit, _ limits: KernelLimits) -> Bool {
        guard let keys, queries % subQueries(unit) == 0, subQueries(unit) % unit.rowCount == 0,
            keys % unit.keyCount == 0, groupSize % (headWidth / 8) == 0
        else { return false }
        let shares = unit.keepsShares ? 0 : queries * keys
        let localByteCount = max(2 * (4 * keys * headWidth + shares), 4 * queries * (headWidth + 8))
        return groupSize <= limits.workGroupSize && localByteCount <= min(limits.localMemoryByteCount, 48 << 10)
    }

    /// Bytes of local memory that `attention_tile.cl` declares.
    private static func localByteCount(headWidth: Int, queries: Int) -> Int {
        let padded = (headWidth + 31) / 32 * 32
        return 4 * (padded * (queries + 4) + padded * 36 + 32 * (queries + 4) + 8 * queries)
    }
}
