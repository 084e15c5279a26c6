import Profiling
import TensorCore

/// Where a model's time goes on a device, kernel by kernel, against what the device was measured to do at best.
///
/// Arithmetic and bytes are not measured: they follow from the shapes. Two floating-point operations count for each
/// multiply-add of products and attention, nothing else does; inputs, weights and outputs count once each.
public struct Profile: Sendable, Encodable {
    /// What ran the model.
    public struct Machine: Sendable, Codable, Hashable {
        /// The name to choose the device by.
        public let device: String
        /// The maker's name for it.
        public let deviceModel: String
        /// Threads that compute; nil for devices that have none.
        public let threads: Int?
        /// The arithmetic.
        public let precision: String
        /// The version of this library.
        public let version: String
        /// Facts about the device.
        public let properties: [String: String]
    }

    /// What the device did at best in loops that do nothing else.
    public struct Roof: Sendable, Codable, Hashable {
        /// One kind of arithmetic or memory traffic.
        public struct Rate: Sendable, Codable, Hashable {
            /// What ran.
            public let name: String
            /// Floating-point operations or bytes in a second.
            public let perSecond: Double
        }

        /// Arithmetic in registers.
        public let arithmetic: Rate
        /// Arithmetic in other types that the device has.
        public let otherArithmetic: [Rate]
        /// Passes over arrays larger than the last cache.
        public let memory: [Rate]
        /// Passes over arrays close to the cores; empty where that was not measured.
        public let cache: [Rate]
    }

    /// A kernel as it was launched on a device that has launches.
    public struct Kernel: Sendable, Codable, Hashable {
        /// The kernel's name.
        public let name: String
        /// The files that say how it is computed; empty for kernels that are computed in one way.
        public let form: String
        /// What it was compiled with.
        public let constants: String
        /// Work-items along each axis.
        public let global: [Int]
        /// Work-items of a work-group along each axis.
        public let local: [Int]
    }

    /// Calls that were counted together.
    public struct Row: Sendable, Encodable {
        /// What it does.
        public let operation: String
        /// The module of the network, with `*` in place of block numbers; nil when calls are grouped by operation.
        public let module: String?
        /// The part of the work that it belongs to; nil when calls are grouped by operation.
        public let stage: String?
        /// Shape of the first input; nil when calls are grouped by operation.
        public let input: [Int]?
        /// Shape of the output; nil when calls are grouped by operation.
        public let output: [Int]?
        /// Calls in all runs together.
        public let calls: Int
        /// Seconds of the shortest call.
        public let minSeconds: Double
        /// Seconds of a call on average.
        public let avgSeconds: Double
        /// Seconds of the longest call.
        public let maxSeconds: Double
        /// Seconds of all calls.
        public let totalSeconds: Double
        /// The part of the time in all kernels, 0 ... 1.
        public let share: Double
        /// Floating-point operations of all calls.
        public let flopCount: Int
        /// Bytes of inputs, weights and outputs of all calls.
        public let byteCount: Int
        /// Floating-point operations in a second.
        public let flopPerSecond: Double
        /// Bytes in a second.
        public let bytesPerSecond: Double
        /// Arithmetic intensity: floating-point operations for each byte.
        public let flopPerByte: Double
        /// The least time that arithmetic and memory allow, divided by the time taken. Above 1 where data comes from a
        /// cache.
        public let shareOfRoof: Double
        /// Which of the two sets that least time: `arithmetic` or `memory`.
        public let bound: String
        /// The kernels that computed it, in the order of their first calls; empty on a device without launches.
        public let kernels: [Kernel]
    }

    /// What ran the model.
    public let machine: Machine
    /// The model's folder or file name.
    public let model: String
    /// Columns of the photograph.
    public let photographWidth: Int
    /// Rows of the photograph.
    public let photographHeight: Int
    /// What shares a row.
    public let by: ProfileOptions.Grouping
    /// Runs before those that count.
    public let warmup: Int
    /// Seconds of each run that counts, from call to return.
    public let wallSeconds: [Double]
    /// Seconds in all kernels of all runs that count.
    public let kernelSeconds: Double
    /// What the device did at best.
    public let roof: Roof
    /// The longest first.
    public let rows: [Row]

    /// What the files are made of.
    let source: ProfileSource

    private enum CodingKeys: String, CodingKey {
        case machine, model, photographWidth, photographHeight, by, warmup, wallSeconds, kernelSeconds, roof, rows
    }

    init(_ source: ProfileSource) {
        let (table, roof) = (source.table, source.roof)
        machine = source.machine
        model = source.model
        (photographWidth, photographHeight) = source.photographSize
        by = source.options.grouping
        warmup = source.options.warmupCount
        wallSeconds = source.runs.map(\.wallSeconds)
        kernelSeconds = table.totalSeconds
        self.roof = Roof(roof)
        rows = table.rows.map { Row($0, share: table.share(of: $0), roof: roof) }
        self.source = source
    }
}

extension Profile.Roof {
    init(_ roof: DeviceRoof) {
        let rates = { (rates: [DeviceRoof.Rate]) in rates.map { Rate(name: $0.name, perSecond: $0.perSecond) } }
        arithmetic = Rate(name: roof.arithmetic.name, perSecond: roof.arithmetic.perSecond)
        (otherArithmetic, memory, cache) = (rates(roof.otherArithmetic), rates(roof.memory), rates(roof.cache))
    }
}

extension Profile.Row {
    fileprivate init(_ row: ProfileTable.Row, share: Double, roof: DeviceRoof) {
        operation = row.operation
        module = row.module?.scope
        stage = row.module?.stage.rawValue
        input = row.module?.input.dimensions
        output = row.module?.output.dimensions
        calls = row.callCount
        minSeconds = row.minimumSeconds
        avgSeconds = row.averageSeconds
        maxSeconds = row.maximumSeconds
        totalSeconds = row.totalSeconds
        self.share = share
        flopCount = row.cost.flopCount
        byteCount = row.cost.byteCount
        flopPerSecond = row.flopPerSecond
        bytesPerSecond = row.bytesPerSecond
        flopPerByte = row.intensity
        shareOfRoof = row.shareOfRoof(roof)
        bound = roof.isMemoryBound(row.cost) ? "memory" : "arithmetic"
        kernels = row.kernels.map {
            Profile.Kernel(
                name: $0.name, form: $0.form, constants: $0.constants, global: $0.global, local: $0.local)
        }
    }
}
