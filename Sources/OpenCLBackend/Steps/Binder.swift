import OpenCLKernels
import TensorCore

/// Finds operands and collects what the launches of a plan need beside the arena.
struct Binder {
    let plan: Plan
    let limits: KernelLimits
    var weights: WeightLayout
    var tables: [UInt64] = []
    /// What the last launch's cut was looked up by; nil before the first product or attention.
    var tunedShape: TunedShape?

    init(plan: Plan, limits: KernelLimits) {
        self.plan = plan
        self.limits = limits.storing(elementByteCount: plan.memory.elementByteCount)
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
        let storage = ["HALF_STORAGE": plan.memory.elementByteCount == 2 ? 1 : 0]
        return KernelVariant(sources, name, constants.merging(storage) { $1 })
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
