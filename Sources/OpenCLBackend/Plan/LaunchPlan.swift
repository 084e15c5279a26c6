package import TensorCore

/// A plan as kernel launches: what each node launches, where weights lie, and the offsets that kernels look up. Made
/// without a device.
package struct LaunchPlan: Sendable {
    let plan: Plan
    /// For each node, in order.
    let launches: [[Launch]]
    let weights: WeightLayout
    let tables: [UInt64]

    package init(_ plan: Plan, _ limits: KernelLimits) {
        var binder = Binder(plan: plan, limits: limits)
        self.plan = plan
        launches = plan.nodes.map { binder.launches($0) }
        weights = binder.weights
        tables = binder.tables
    }

    /// Kernel launches of a run.
    package var launchCount: Int { launches.reduce(0) { $0 + $1.count } }

    /// Everything to compile, without repetition.
    package var variants: Set<KernelVariant> { Set(launches.joined().map(\.variant)) }
}
