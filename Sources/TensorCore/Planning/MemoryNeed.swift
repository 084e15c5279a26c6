/// Bytes of memory that a plan takes on a device, beside what the program itself takes.
package struct MemoryNeed: Sendable, Hashable {
    /// Weights as the device's kernels want them.
    package let weightByteCount: Int
    /// The arena: all activations at their peak.
    package let activationByteCount: Int
    /// What the kernels work in, of all workers together.
    package let scratchByteCount: Int

    package var byteCount: Int { weightByteCount + activationByteCount + scratchByteCount }

    package init(weightByteCount: Int, activationByteCount: Int, scratchByteCount: Int) {
        self.weightByteCount = weightByteCount
        self.activationByteCount = activationByteCount
        self.scratchByteCount = scratchByteCount
    }

    /// The least that any device needs: every weight once, in the type of the plan, and the arena.
    package init(of plan: Plan) {
        let elementCount = plan.weights.reduce(0) { $0 + $1.shape.elementCount }
        self.init(
            weightByteCount: elementCount * plan.memory.elementByteCount,
            activationByteCount: plan.memory.byteCount, scratchByteCount: 0)
    }
}
