import TensorCore

/// Shapes of a plan that are decided together: products of one class of weights, which agree on a panel, or attention of
/// one length.
struct TuningTask {
    /// A shape and every launch of the plan that is cut by it.
    struct Part {
        let shape: TunedShape
        /// Of the launch with most arithmetic: what the candidates are narrowed down with.
        var op: Op { launches[0].op }
        var inputs: [Shape] { launches[0].inputs }
        /// The cut of that launch without tuning.
        var untuned: TunedCuts.Cut { launches[0].untuned }
        /// Those with most arithmetic first.
        fileprivate(set) var launches: [WholeLaunch]
        var flopCount: Double { launches.reduce(0) { $0 + $1.flopCount * Double($1.step.callCount) } }
    }

    /// A launch as the plan has it: all rows, and all operations that share it, with weights of their own.
    struct WholeLaunch {
        let step: KernelCase
        /// The first operation, with weights of its own.
        let op: Op
        let inputs: [Shape]
        /// How it is cut without tuning. Launches of one shape may differ in it: they have different numbers of rows.
        let untuned: TunedCuts.Cut
        /// Floating-point operations of one call.
        let flopCount: Double
        /// Bytes that pass through the host when a call is verified.
        let hostByteCount: Int
    }

    /// Those with most arithmetic first.
    private(set) var parts: [Part]
    var flopCount: Double { parts.reduce(0) { $0 + $1.flopCount } }
    /// Less for small ones, but not in proportion: each candidate takes time to compile.
    var weight: Double { flopCount.squareRoot() }

    /// The tasks of a plan whose kernels have the forms of `limits`, those with most arithmetic first.
    static func all(of plan: Plan, _ limits: KernelLimits) -> [TuningTask] {
        var binder = Binder(plan: plan, limits: limits)
        var parts: [TunedShape: Part] = [:]
        for one in KernelCase.all(of: plan) {
            binder.begin(one.step)
            binder.lastCut = nil
            let nodes = plan.nodes[one.step]
            guard let first = nodes.first else { continue }
            _ = binder.launches(first)
            guard let (shape, untuned) = binder.lastCut else { continue }
            let launch = WholeLaunch(
                step: one, op: first.op.withPlainWeights(), inputs: first.inputs.map(plan.shape),
                untuned: untuned, flopCount: nodes.reduce(0) { $0 + Double(plan.cost(of: $1).flopCount) },
                hostByteCount: nodes.reduce(0) { $0 + plan.hostByteCount(of: $1) })
            parts[shape, default: Part(shape: shape, launches: [])].launches.append(launch)
        }
        for shape in parts.keys { parts[shape]?.launches.sort { $0.flopCount > $1.flopCount } }
        let tasks = Dictionary(grouping: parts.values, by: \.shape.weightClass).values.map { parts in
            TuningTask(
                parts: parts.sorted {
                    ($0.flopCount, $0.shape.description) > ($1.flopCount, $1.shape.description)
                })
        }
        return tasks.sorted { first, second in
            let names = [first, second].map { "\($0.parts[0].shape.kernel) \($0.parts[0].shape)" }
            return (first.flopCount, names[0]) > (second.flopCount, names[1])
        }
    }
}

extension Plan {
    /// Bytes of a node's tensors as the host has them.
    fileprivate func hostByteCount(of node: Node) -> Int {
        (node.inputs + [node.output]).reduce(0) { $0 + shape($1).elementCount * MemoryLayout<Float>.size }
    }
}
