/// One kernel launch of a plan as a value: what to compile, what to pass, over how many items. It names memory by its
/// part in the plan, so that launches can be counted and looked at without a device.
struct Launch: Sendable {
    enum Argument: Sendable, Hashable {
        /// All activations.
        case arena
        /// One of the buffers of packed weights.
        case weights(bank: Int)
        /// Biases, scales and the like.
        case vectors
        /// Offsets that a kernel looks up.
        case tables
        /// The pixels of an input of the plan, its height, or its width.
        case photograph(input: Int), height(input: Int), width(input: Int)
        /// An element of the arena or of another buffer.
        case element(Int)
        case count(Int)
        case float(Float)
    }

    let variant: KernelVariant
    /// In the kernel's order.
    let arguments: [Argument]
    /// How many of the last arguments each member of a group of launches has of its own, and the axis of the grid along
    /// which members follow one another; nil for kernels that know no groups (`group.cl`).
    let own: (count: Int, axis: Int)?
    /// Work-groups along each axis.
    let groups: [Int]
    /// Work-items of a group along each axis.
    let local: [Int]

    /// Over a grid of work-groups.
    init(
        _ variant: KernelVariant, _ arguments: [Argument], own: (count: Int, axis: Int)? = nil, groups: [Int],
        local: [Int]
    ) {
        self.variant = variant
        self.arguments = arguments
        self.own = own
        self.groups = groups
        self.local = local
    }

    /// Work-items of a group in kernels over elements; the files' default.
    static let elementGroup = 64

    /// Over `count` elements, one for each item.
    init(_ variant: KernelVariant, _ arguments: [Argument], elements count: Int) {
        self.init(
            variant, arguments, groups: [max(1, (count + Self.elementGroup - 1) / Self.elementGroup)],
            local: [Self.elementGroup])
    }
}
