import TensorCore

/// A launch and the nodes that it computes: one, or several whose launches differ in their own operands alone.
struct PlannedLaunch: Sendable {
    /// A node and how many work-groups along the axis are its.
    struct Member: Sendable {
        let node: Int
        let groupCount: Int
    }

    let launch: Launch
    /// In the order of their work-groups.
    let members: [Member]
    /// The axis of the grid along which members follow one another.
    let axis: Int

    /// A launch of one node.
    init(_ launch: Launch, node: Int) {
        self.launch = launch
        axis = launch.own?.axis ?? 0
        members = [Member(node: node, groupCount: launch.groups[axis])]
    }

    /// Several launches as one of the kernel's form for groups; nil when they differ in anything that members share.
    ///
    /// - Parameters:
    ///   - launches: with their nodes.
    ///   - table: puts numbers where the kernel looks them up, and tells where they begin.
    init?(_ launches: [(node: Int, launch: Launch)], table: ([Int]) -> Int) {
        guard let first = launches.first?.launch, let own = first.own else { return nil }
        guard launches.allSatisfy({ first.sharesAll(with: $0.launch) }) else { return nil }
        axis = own.axis
        members = launches.map { Member(node: $0.node, groupCount: $0.launch.groups[own.axis]) }
        var entries: [Int] = []
        var begin = 0
        for (member, (_, launch)) in zip(members, launches) {
            entries += [begin, begin + member.groupCount] + launch.arguments.suffix(own.count).map(\.number)
            begin += member.groupCount
        }
        var groups = first.groups
        groups[axis] = begin
        launch = Launch(
            first.variant.grouped, first.arguments.dropLast(own.count) + [.tables, .count(table(entries))],
            groups: groups, local: first.local)
    }

    /// The grid that computes the nodes up to the last one that is needed: a run that needs no others leaves those behind
    /// it out. Nil when none is.
    func groups(_ isNeeded: [Bool]) -> [Int]? {
        guard let last = members.lastIndex(where: { isNeeded[$0.node] }) else { return nil }
        var groups = launch.groups
        groups[axis] = members[...last].reduce(0) { $0 + $1.groupCount }
        return groups
    }
}

extension Launch {
    /// What is told of it when it ran over so many work-groups.
    func description(groups: [Int]) -> KernelLaunch {
        KernelLaunch(
            name: variant.name, form: variant.form, constants: variant.definitions.joined(separator: " "),
            global: zip(groups, local).map { $0 * $1 }, local: local)
    }

    /// Whether another launch has the same kernel, grid and operands but for those that members of a group have of their
    /// own.
    fileprivate func sharesAll(with other: Launch) -> Bool {
        guard let own, let others = other.own, own == others, variant == other.variant, local == other.local else {
            return false
        }
        var (grid, otherGrid) = (groups, other.groups)
        (grid[own.axis], otherGrid[own.axis]) = (0, 0)
        return grid == otherGrid && arguments.dropLast(own.count) == other.arguments.dropLast(own.count)
    }
}

extension Launch.Argument {
    /// A member's own operand as the table holds it.
    fileprivate var number: Int {
        switch self {
        case .element(let number), .count(let number): number
        case .arena, .weights, .vectors, .tables, .photograph, .height, .width, .float:
            preconditionFailure("members of a group share buffers and factors")
        }
    }
}
