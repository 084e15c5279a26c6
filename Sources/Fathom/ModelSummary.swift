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
        /// Shape of the first input.
        public let input: [Int]
        /// Shape of the output.
        public let output: [Int]
        /// How often it runs for one photograph.
        public let count: Int
        /// Floating-point operations of all of them, two for each multiply-add.
        public let flopCount: Int
        /// Bytes of inputs, weights and outputs of all of them.
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
    /// Bytes of the weights in memory.
    public let weightByteCount: Int
    /// Bytes of all activations at their peak.
    public let arenaByteCount: Int

    /// Reads a checkpoint's configuration and shapes, and plans a run.
    ///
    /// - Throws: ``FathomError`` when the checkpoint is not a complete Depth Pro or the options cannot be.
    public init(model path: String, options: DepthEstimator.Options = .init()) throws(FathomError) {
        try options.validate()
        let loaded = try LoadedModel(path)
        let plan = loaded.plan(
            options, microBatch: options.microBatch ?? ChosenDevice.microBatchOfProcessors)
        try loaded.checkWeights(of: plan)
        let listing = PlanListing(plan)
        model = loaded.name
        imageSide = loaded.network.configuration.imageSide
        flopCount = listing.cost.flopCount
        weightByteCount = listing.weightElementCount * plan.memory.elementByteCount
        arenaByteCount = listing.arenaByteCount
        rows = listing.rows.map { row in
            Row(
                module: row.scope, operation: row.operation, input: row.input.dimensions,
                output: row.output.dimensions, count: row.count, flopCount: row.cost.flopCount,
                byteCount: row.cost.byteCount)
        }
    }
}
