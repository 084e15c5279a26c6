import CPUBackend
import Models
import TensorCore

/// What running a model costs, told without running it.
public struct ModelSummary: Sendable, Codable {
    /// Operations that differ only in their block or micro-batch.
    public struct Row: Sendable, Codable {
        /// The module of the network, with `*` in place of block numbers.
        public let module: String
        /// What it does.
        public let operation: String
        /// Shape of the first input; empty for a photograph, which may have any size.
        public let input: [Int]
        /// Shape of the output.
        public let output: [Int]
        /// How often it runs for one photograph.
        public let count: Int
        /// Floating-point operations of all of them, two for each multiply-add.
        public let flopCount: Int
        /// Bytes of inputs, weights and outputs of all of them, without a photograph's own.
        public let byteCount: Int
    }

    /// The model's folder or file name.
    public let model: String
    /// Side of the square that the network sees, in pixels.
    public let imageSide: Int
    /// In the order of execution.
    public let rows: [Row]
    /// Floating-point operations for one photograph.
    public let flopCount: Int
    /// The device that the plan is for; nil for one that is not at hand, whose kernels may want more memory.
    public let device: String?
    /// Bytes of the weights in the device's memory, as its kernels want them.
    public let weightByteCount: Int
    /// Bytes of all activations at their peak.
    public let arenaByteCount: Int
    /// Bytes that the kernels work in, of all threads together.
    public let scratchByteCount: Int
    /// Bytes of all three.
    public var memoryByteCount: Int { weightByteCount + arenaByteCount + scratchByteCount }

    /// Reads a checkpoint's configuration and shapes, or a `config.json` alone, and plans a run.
    ///
    /// - Throws: ``FathomError`` when the checkpoint is not a complete Depth Pro, the options cannot be or there is no
    ///   such device.
    public init(model path: String, options: DepthEstimator.Options = .init()) throws(FathomError) {
        try options.validate()
        let planned = try PlannedModel(path)
        try planned.checkWeights()
        let chosen = try Self.device(options)
        let microBatch = options.microBatch ?? chosen?.microBatch ?? ChosenDevice.microBatchOfProcessors
        let plan = Plan(
            planned.network.graph(options, microBatch: microBatch), precision: options.precision,
            joinsSteps: chosen?.backend.joinsSteps ?? false)
        let listing = PlanListing(plan)
        model = planned.name
        imageSide = planned.network.configuration.imageSide
        flopCount = listing.cost.flopCount
        let need = chosen?.backend.memoryNeed(of: plan) ?? MemoryNeed(of: plan)
        device = chosen?.backend.device.name
        weightByteCount = need.weightByteCount
        arenaByteCount = need.activationByteCount
        scratchByteCount = need.scratchByteCount
        rows = listing.rows.map { row in
            Row(
                module: row.scope, operation: row.operation,
                input: row.readsPhotograph ? [] : row.input.dimensions,
                output: row.output.dimensions, count: row.count, flopCount: row.cost.flopCount,
                byteCount: row.cost.byteCount)
        }
    }

    /// The device that the options ask for; nil when none was asked for and this machine has none for the precision.
    private static func device(_ options: DepthEstimator.Options) throws(FathomError) -> ChosenDevice? {
        let processor = CPUBackend(
            threadCount: options.threadCount, arithmetic: options.precision.arithmetic ?? .float32)
        do {
            return try ChosenDevice.find(options.device, precision: options.precision, processor: processor)
        } catch {
            guard options.device == .auto, !options.precision.runsOnCPU else { throw error }
            return nil
        }
    }
}
