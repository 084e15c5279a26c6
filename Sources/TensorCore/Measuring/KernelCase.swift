/// A step of a plan that can be run by itself. Steps that do the same work on values of the same shapes are one case.
package struct KernelCase: Sendable {
    /// The module of its first operation, with `*` in place of block numbers: `encoder.patch_encoder.blocks.*.attn.qkv`.
    package let name: String
    package let operation: String
    /// The distinct shapes of the first operation's inputs, residuals apart, and that of its output, with `f32` behind those
    /// that the plan keeps in float32 whatever it stores others in; then how many operations share its launch.
    package let shape: String
    /// How often a run of the plan does the like.
    package private(set) var callCount: Int
    /// The nodes that come first in the plan.
    package let step: Range<Int>
    /// The problem to solve, made when it is asked for: its tensors are as large as the plan's.
    package var problem: KernelProblem { KernelProblem(members.map(\.problem), isGuarded: false) }
    private let members: [Member]
    private let storage: DataType

    /// An operation, and which of its values the plan keeps in float32 whatever it stores others in.
    private struct Member: Hashable {
        let problem: KernelProblem.Member
        let isWide: (inputs: [Bool], result: Bool)

        static func == (left: Member, right: Member) -> Bool {
            left.problem == right.problem && left.isWide == right.isWide
        }

        func hash(into hasher: inout Hasher) { hasher.combine(problem) }
    }

    /// The cases of a plan in the order in which it comes to them.
    package static func all(of plan: Plan) -> [KernelCase] {
        let listing = PlanListing(plan)
        var cases: [KernelCase] = []
        var indices: [Place: Int] = [:]
        for step in plan.steps {
            let one = KernelCase(plan, step, name: listing.rows[listing.rowOfNode[step.lowerBound]].scope)
            let place = Place(
                rows: step.map { listing.rowOfNode[$0] }, inputs: one.members.map(\.problem.inputs),
                isWide: one.members.map(\.isWide.inputs))
            if let index = indices[place] ?? cases.firstIndex(where: { $0.members == one.members }) {
                cases[index].callCount += 1
                indices[place] = index
            } else {
                indices[place] = cases.count
                cases.append(one)
            }
        }
        return cases
    }

    /// What is the same for micro-batches, which cut other crops out of maps.
    private struct Place: Hashable {
        /// Of the listing.
        let rows: [Int]
        let inputs: [[Shape]]
        let isWide: [[Bool]]
    }

    private init(_ plan: Plan, _ step: Range<Int>, name: String) {
        let nodes = plan.nodes[step]
        let wide = plan.memory.wideValues
        let first = plan.nodes[step.lowerBound]
        self.name = name
        operation = first.op.name
        let others = nodes.count == 1 ? "" : ", \(nodes.count) together"
        let text = { (value: Value) in "\(plan.shape(value))\(wide.contains(value) ? " f32" : "")" }
        let read = first.inputs.dropLast(first.op.epilogue?.residualCount ?? 0).map(text).withoutRepetition
        shape = "\(read.joined(separator: ", ")) -> \(text(first.output))\(others)"
        callCount = 1
        self.step = step
        storage = plan.memory.storage
        members = nodes.map { node in
            Member(
                problem: .init(node.op.withPlainWeights(), node.inputs.map(plan.shape)),
                isWide: (node.inputs.map(wide.contains), wide.contains(node.output)))
        }
    }

    /// The plan of a ``problem``, which stores values as the plan does that the case is from.
    package func plan(of problem: KernelProblem) -> Plan {
        var wide = Set<Value>()
        for (member, operands) in zip(members, problem.operands) {
            for (input, isWide) in zip(operands.inputs, member.isWide.inputs) where isWide { wide.insert(input) }
            if member.isWide.result { wide.insert(operands.result) }
        }
        return Plan(problem.graph, storage: storage, wideValues: wide, joinsSteps: members.count > 1)
    }
}
