package import TensorCore

/// A plan as kernel launches: what each step launches, where weights lie, and the offsets that kernels look up. Made
/// without a device.
package struct LaunchPlan: Sendable {
    let plan: Plan
    /// In order.
    let launches: [PlannedLaunch]
    let weights: WeightLayout
    let tables: [UInt64]

    package init(_ plan: Plan, _ limits: KernelLimits) {
        var binder = Binder(plan: plan, limits: limits)
        self.plan = plan
        launches = plan.steps.flatMap { binder.launches($0) }
        weights = binder.weights
        tables = binder.tables
    }

    /// Kernel launches of a run.
    package var launchCount: Int { launches.count }

    /// Everything that a run launches, without repetition.
    package var variants: Set<KernelVariant> { Set(launches.map(\.launch.variant)) }

    /// What packs weights and converts tensors besides.
    package var helpers: Set<KernelVariant> {
        WeightPacker.variants(weights, storage: plan.memory.storage)
            .union(ArenaAccess.variants(storage: plan.memory.storage))
    }
}
