import OpenCLBackend
import TensorCore
import TestSupport
import Testing

/// Several operations in one launch: right, within their bounds, and the same bits as in launches of their own.
@Suite("OpenCL groups")
struct GroupTests {
    @Test("every kernel that takes groups", arguments: TestTarget.main, GroupCases.all)
    func groups(target: TestTarget, group: GroupCase) throws { try target.check(group) }

    @Test("on matrix units", arguments: TestTarget.emulations, GroupCases.few)
    func matrixGroups(target: TestTarget, group: GroupCase) throws { try target.check(group) }

    @Test("members in different buffers of weights are launched alone")
    func separateBuffers() throws {
        let (graph, _, _) = GroupCases.all[1].guarded
        let plan = Plan(graph, joinsSteps: true)
        var limits = KernelLimits(
            forms: KernelForms(.tile), workGroupSize: 256, localMemoryByteCount: 48 << 10, allocationByteCount: 1 << 20)
        #expect(plan.steps.count == 1 && LaunchPlan(plan, limits).launchCount == 1)
        // Room for the weight of one member.
        limits.allocationByteCount = 50_000
        #expect(LaunchPlan(plan, limits).launchCount == 3)
    }
}

extension TestTarget {
    /// Compares each member with its reference, and all bits with those of launches of one member.
    func check(_ group: GroupCase, limits: KernelLimits? = nil) throws {
        let group = group.stored(as: storage)
        let (graph, inputs, guards) = group.guarded
        let weights = group.members[0].weights
        let joined = Plan(graph, storage: storage, joinsSteps: true)
        try #require(LaunchPlan(joined, limits ?? self.limits).launchCount == 1)
        let prepared = try prepare(joined, weights: weights, limits: limits)
        let together = try prepared.run(inputs).outputs
        let apart = try prepare(
            Plan(graph, storage: storage), weights: weights, limits: limits
        ).run(inputs).outputs
        for (index, member) in group.members.enumerated() {
            let found = try #require(together["result \(index)"]?.float32)
            #expect(found.map(\.bitPattern) == apart["result \(index)"]?.float32?.map(\.bitPattern))
            expectClose(
                found, try member.reference(), absolute: tolerance(of: member), relative: member.relative,
                "\(testDescription): \(member.testDescription)")
            // A run that needs some of the members.
            let alone = try prepared.run(inputs, outputs: ["result \(index)"]).outputs["result \(index)"]
            #expect(alone?.float32?.map(\.bitPattern) == found.map(\.bitPattern))
        }
        for (index, band) in guards.enumerated() {
            #expect(together["guard \(index)"] == band, "\(group.testDescription): wrote outside the output")
        }
    }
}
