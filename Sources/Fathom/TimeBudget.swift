import Models
import TensorCore

/// The time that a model should take on a device that is not at hand: arithmetic and bytes of its plan against the rates
/// that the device's maker states, of which kernels reach an assumed share. An operation takes the longer of its
/// arithmetic and its memory traffic, and a launch takes its time beside that.
public struct TimeBudget: Sendable, Encodable {
    /// Operations that differ only in their block.
    public struct Row: Sendable, Encodable {
        /// The module of the network, with `*` in place of block numbers.
        public let module: String
        /// What it does.
        public let operation: String
        /// Launches for one photograph. One that operations of several modules share is counted with the first.
        public let launches: Int
        /// Floating-point operations, two for each multiply-add.
        public let flopCount: Int
        /// Bytes of inputs, weights and outputs, each counted once.
        public let byteCount: Int
        /// Seconds of arithmetic alone.
        public let arithmeticSeconds: Double
        /// Seconds of memory traffic alone.
        public let memorySeconds: Double
        /// Seconds, launches included.
        public let seconds: Double
    }

    /// The device's name.
    public let device: String
    /// Where its stated rates are from.
    public let source: String
    /// What multiplies.
    public let path: String
    /// The model's folder or file name.
    public let model: String
    /// Everything that was assumed, in words.
    public let assumptions: [String]
    /// In the order of execution.
    public let rows: [Row]
    /// Seconds to bring the photograph to the device, as 8-bit RGB, and its depth back, in single precision.
    public let transferSeconds: Double
    /// Launches for one photograph.
    public let launches: Int
    /// Seconds for one photograph, transfers included.
    public let seconds: Double

    /// The budget of a model on each path of a device.
    ///
    /// - Parameters:
    ///   - path: a checkpoint, or a `config.json` alone.
    ///   - devicePath: a JSON file as those in docs/gpu-budget/devices.
    ///   - options: the micro-batch (all patches together if it is nil) and whether operations are fused.
    /// - Returns: one budget for each path, in the file's order.
    /// - Throws: ``FathomError`` when the model or the device cannot be read.
    public static func all(
        model path: String, device devicePath: String, options: DepthEstimator.Options = .init()
    ) throws(FathomError) -> [TimeBudget] {
        try options.validate()
        let device = try StatedDevice(contentsOf: devicePath)
        let model = try PlannedModel(path)
        return device.paths.map { TimeBudget(model, options, device, $0) }
    }

    private init(
        _ model: PlannedModel, _ options: DepthEstimator.Options, _ device: StatedDevice, _ path: StatedDevice.Path
    ) {
        let graph = model.network.graph(options, microBatch: options.microBatch ?? MicroBatch.largest)
        let plan = Plan(graph, storage: path.storage, wideValues: graph.wideResults, joinsSteps: true)
        let listing = PlanListing(plan)
        let memoryBytesPerSecond = device.memoryGigabytesPerSecond * 1e9 * device.memoryShare
        var launchCounts = [Int](repeating: 0, count: listing.rows.count)
        for step in plan.steps { launchCounts[listing.rowOfNode[step.lowerBound]] += 1 }
        // Each node takes its own maximum: a row's nodes have the same shapes, so the row's maximum is their sum.
        rows = zip(listing.rows, launchCounts).map { row, launchCount in
            let share = row.operation == "attention" ? path.attentionShare : path.productShare
            let arithmetic = Double(row.cost.flopCount) / (path.teraflops * 1e12 * share)
            let memory = Double(row.cost.byteCount) / memoryBytesPerSecond
            return Row(
                module: row.scope, operation: row.operation, launches: launchCount, flopCount: row.cost.flopCount,
                byteCount: row.cost.byteCount, arithmeticSeconds: arithmetic, memorySeconds: memory,
                seconds: max(arithmetic, memory) + Double(launchCount) * device.launchMicroseconds * 1e-6)
        }
        let pixelCount = model.network.configuration.imageSide * model.network.configuration.imageSide
        transferSeconds = Double(pixelCount * (3 + 4)) / (device.hostGigabytesPerSecond * 1e9)
        launches = plan.steps.count
        seconds = rows.reduce(transferSeconds) { $0 + $1.seconds }
        self.device = device.name
        source = device.source
        self.path = path.name
        self.model = model.name
        assumptions = [
            "\(path.teraflops) TFLOP/s stated, of which products and convolutions reach "
                + "\(path.productShare * 100) % and attention \(path.attentionShare * 100) %",
            "\(device.memoryGigabytesPerSecond) GB/s stated, of which kernels reach \(device.memoryShare * 100) %",
            "\(device.launchMicroseconds) microseconds for each launch, which operations on rows of their own share",
            "\(device.hostGigabytesPerSecond) GB/s between host and device",
        ]
    }
}
