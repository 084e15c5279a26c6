/// A launch with its kernel compiled and its arguments set; only a photograph's are set again for each run.
struct BoundLaunch {
    let planned: PlannedLaunch
    private let kernel: Kernel
    private var launch: Launch { planned.launch }

    init(_ planned: PlannedLaunch, _ program: Program, _ memory: PlanMemory) throws(OpenCLError) {
        self.planned = planned
        let launch = planned.launch
        kernel = try Kernel(program, launch.variant.name)
        for (index, argument) in launch.arguments.enumerated() {
            if let value = memory[argument] { try kernel.setArguments([value], from: index) }
        }
    }

    /// Adds the launch to a queue, over a grid of so many work-groups.
    func enqueue(
        _ queue: CommandQueue, groups: [Int], _ photographs: PhotographUpload.Slot, sizes: [(height: Int, width: Int)]
    ) throws(OpenCLError) -> Event {
        for (index, argument) in launch.arguments.enumerated() {
            switch argument {
            case .photograph(let input):
                guard let memory = photographs.memories[input] else { continue }
                try kernel.setArguments([.memory(memory)], from: index)
            case .height(let input): try kernel.setArguments([.uint(UInt32(sizes[input].height))], from: index)
            case .width(let input): try kernel.setArguments([.uint(UInt32(sizes[input].width))], from: index)
            case .arena, .weights, .vectors, .tables, .element, .count, .float: continue
            }
        }
        let global = zip(groups, launch.local).map { $0 * $1 }
        return try queue.launch(kernel, global: global, local: launch.local)
    }
}

/// The buffers behind a plan's launches.
struct PlanMemory {
    let arena: DeviceMemory
    let weights: DeviceWeights

    /// An argument that stays the same from run to run; nil for a photograph's.
    subscript(argument: Launch.Argument) -> KernelArgument? {
        switch argument {
        case .arena: .memory(arena)
        case .weights(let bank): .memory(weights.banks[bank])
        case .vectors: .memory(weights.vectors)
        case .tables: .memory(weights.tables)
        case .element(let element): .ulong(UInt64(element))
        case .count(let count): .uint(UInt32(count))
        case .float(let value): .float(value)
        case .photograph, .height, .width: nil
        }
    }
}
