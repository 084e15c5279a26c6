import OpenCLKernels
import TensorCore

/// Finds operands and collects what the launches of a plan need beside the arena.
struct Binder {
    let plan: Plan
    let limits: KernelLimits
    let queries: ScaledQueries
    var weights: WeightLayout
    var tables: [UInt64] = []
    /// Rows of all nodes of a step of several, 0 in others: members of a group are cut alike.
    var rowsOfStep = 0
    /// How the last launch is cut, and what that was looked up by; nil before the first product or attention.
    var lastCut: (shape: TunedShape, cut: TunedCuts.Cut)?

    init(plan: Plan, limits: KernelLimits) {
        self.plan = plan
        self.limits = limits.storing(plan.memory.storage)
        queries = ScaledQueries(plan, self.limits)
        weights = WeightLayout(
            elementByteCount: plan.memory.elementByteCount, allocationByteCount: limits.allocationByteCount)
    }

    /// The arena's element at which a value begins.
    func element(_ value: Value) -> Int {
        guard let offset = plan.memory.offsets[value.index] else {
            preconditionFailure("value \(value.index) has no memory")
        }
        return offset / plan.memory.elementByteCount
    }

    /// Adds a table of offsets and returns where it begins.
    mutating func table(_ entries: [Int]) -> Int {
        tables += entries.map(UInt64.init)
        return tables.count - entries.count
    }

    /// A kernel of this plan's precision.
    func variant(_ sources: [KernelSource], _ name: String, _ constants: [String: Int] = [:]) -> KernelVariant {
        var constants = constants
        constants["STORAGE"] = plan.memory.storage.kernelValue
        if let defect = limits.defect, defect.path.map({ $0 == path(of: sources) }) ?? true {
            constants["DEFECT"] = defect.mistake.rawValue
        }
        return KernelVariant(sources, name, constants)
    }

    /// The path that a kernel belongs to.
    private func path(of sources: [KernelSource]) -> KernelPath {
        let (family, form): (KnownAnswer.Family, KernelForm) =
            if !Set(sources).isDisjoint(with: [.conv2D, .upsampleConv, .subpixelConv]) {
                (.convolution, limits.forms.product)
            } else if sources.contains(.product) {
                (.product, limits.forms.product)
            } else if !Set(sources).isDisjoint(with: [.attentionTile, .attentionVector, .attentionMatrix]) {
                (.attention, limits.forms.attention)
            } else {
                (.other, limits.forms.layerNorm)
            }
        return KernelPath(family: family, form: form, storage: plan.memory.storage)
    }

    /// Cuts what follows for the nodes of a step.
    mutating func begin(_ step: Range<Int>) {
        rowsOfStep = step.count > 1 ? step.reduce(0) { $0 + plan.shape(plan.nodes[$1].output).rows } : 0
    }

    /// The launches of a step: one for all its nodes where the kernel can, otherwise those of each.
    mutating func launches(_ step: Range<Int>) -> [PlannedLaunch] {
        begin(step)
        let single = step.flatMap { node in launches(plan.nodes[node]).map { (node: node, launch: $0) } }
        if single.count > 1, single.count == step.count,
            let group = PlannedLaunch(single, table: { table($0) })
        {
            return [group]
        }
        return single.map { PlannedLaunch($0.launch, node: $0.node) }
    }

    /// The launches of a node: the one place that maps operations to kernels.
    mutating func launches(_ node: Node) -> [Launch] {
        switch node.op {
        case .prepareImage(let op): [prepareImage(op, node)]
        case .downsample(let op): [downsample(op, node)]
        case .embedPatches(let op): [embedPatches(op, node)]
        case .layerNorm(let op): [layerNorm(op, node)]
        case .linear(let op): [linear(op, node)]
        case .attention(let op): [attention(op, node)]
        case .mergeTokens(let op): [mergeTokens(op, node)]
        case .conv2D(let op): [conv2D(op, node)]
        case .upsampleConv(let op): [upsampleConv(op, node)]
        case .subpixelConv(let op): [subpixelConv(op, node)]
        case .concatenate: concatenate(node)
        }
    }
}
