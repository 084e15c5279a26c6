/// A device that can run plans. Buffers never cross this line: host tensors go in, host tensors come out.
package protocol Backend: Sendable {
    var device: DeviceInfo { get }
    /// Whether a launch costs time here, so that plans had better join nodes in steps.
    var joinsSteps: Bool { get }

    /// Checks a plan against its weights, chooses kernels, packs and uploads the weights and allocates the arena.
    ///
    /// A back end runs the whole plan or says here why it does not; nothing falls back to another device.
    func prepare(_ plan: Plan, weights: any WeightSource) throws(BackendError) -> any PreparedPlan

    /// The memory that a prepared plan takes here, told without its weights.
    func memoryNeed(of plan: Plan) -> MemoryNeed

    /// Refuses a plan that the device has too little memory for, as far as that can be told without its weights.
    func checkMemory(for plan: Plan) throws(BackendError)

    /// Measures what the device can do at best; takes about two seconds.
    ///
    /// - Parameter storage: of activations in the plans that are held against it: a device may multiply
    ///   those of two bytes by other instructions.
    /// - Returns: the rates.
    /// - Throws: ``BackendError`` when the device fails or has no memory for it.
    func measureRoof(storage: DataType) throws(BackendError) -> DeviceRoof
}

/// A plan with its weights on a device, ready to run any number of times. Concurrent runs wait for one another.
package protocol PreparedPlan: Sendable {
    var plan: Plan { get }

    /// Runs the operations that the named outputs need.
    ///
    /// - Parameters:
    ///   - inputs: one tensor for each input of the plan, in order.
    ///   - outputs: names of the outputs to compute.
    /// - Returns: the named outputs, and when each node ran and for how long.
    /// - Throws: ``BackendError`` when the inputs are not those of the plan or an output's name is unknown.
    func run(_ inputs: [HostTensor], outputs: Set<String>) throws(BackendError) -> RunResult
}

extension PreparedPlan {
    /// Runs the whole plan.
    package func run(_ inputs: [HostTensor]) throws(BackendError) -> RunResult {
        try run(inputs, outputs: Set(plan.outputs.map(\.name)))
    }
}

/// What a device is, for people and for logs.
package struct DeviceInfo: Sendable, Hashable {
    /// The name to select it by: `cpu`.
    package let name: String
    /// The maker's name for it.
    package let model: String
    /// Facts in the order in which to print them.
    package let properties: [Property]

    package struct Property: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(name: String, model: String, properties: [Property]) {
        self.name = name
        self.model = model
        self.properties = properties
    }

    /// `25.3 GB`: a number of bytes as properties tell it.
    package static func gigabytes(_ byteCount: Int) -> String {
        let tenths = (byteCount * 10 + 500_000_000) / 1_000_000_000
        return "\(tenths / 10).\(tenths % 10) GB"
    }
}
