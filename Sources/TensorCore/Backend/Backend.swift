/// A device that can run plans. Buffers never cross this line: host tensors go in, host tensors come out.
package protocol Backend: Sendable {
    var device: DeviceInfo { get }

    /// Checks a plan against its weights, chooses kernels, packs and uploads the weights and allocates the arena.
    ///
    /// A back end runs the whole plan or says here why it does not; nothing falls back to another device.
    func prepare(_ plan: Plan, weights: any WeightSource) throws(BackendError) -> any PreparedPlan
}

/// A plan with its weights on a device, ready to run any number of times. Concurrent runs wait for one another.
package protocol PreparedPlan: Sendable {
    var plan: Plan { get }

    /// Runs the operations that the named outputs need.
    ///
    /// - Parameters:
    ///   - inputs: one tensor for each input of the plan, in order.
    ///   - outputs: names of the outputs to compute.
    /// - Returns: the named outputs and the time of each node.
    /// - Throws: ``BackendError`` when the inputs are not those of the plan or an output's name is unknown.
    func run(_ inputs: [HostTensor], outputs: Set<String>) throws(BackendError) -> RunResult
}

extension PreparedPlan {
    /// Runs the whole plan.
    package func run(_ inputs: [HostTensor]) throws(BackendError) -> RunResult {
        try run(inputs, outputs: Set(plan.outputs.map(\.name)))
    }
}

/// What a run computed and where its time went.
package struct RunResult: Sendable {
    package let outputs: [String: HostTensor]
    /// Seconds spent in each node of the plan; zero for nodes that no output needed.
    package let nodeSeconds: [Double]

    package init(outputs: [String: HostTensor], nodeSeconds: [Double]) {
        self.outputs = outputs
        self.nodeSeconds = nodeSeconds
    }

    /// Seconds by stage.
    package func stageSeconds(of plan: Plan) -> [Stage: Double] {
        zip(plan.nodes, nodeSeconds).reduce(into: [:]) { $0[$1.0.stage, default: 0] += $1.1 }
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
}
