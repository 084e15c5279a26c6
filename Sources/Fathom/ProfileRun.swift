import Foundation
import Profiling
import TensorCore

/// How to profile a model.
public struct ProfileOptions: Sendable, Hashable {
    /// What shares a row of the profile.
    public enum Grouping: String, Sendable, Hashable, CaseIterable, Encodable {
        /// All calls of an operation.
        case operation
        /// Calls that differ only in their block or micro-batch.
        case module
    }

    /// Runs that count.
    public var runCount = 3
    /// Runs before those that count.
    public var warmupCount = 1
    /// What shares a row.
    public var grouping = Grouping.operation

    /// The defaults.
    public init() {}
}

extension DepthEstimator {
    /// Runs the whole network, the field of view included, and tells where the time went. Then the device's roof is
    /// measured, which takes about two seconds.
    ///
    /// - Throws: ``FathomError`` when the counts of runs cannot be, or the device fails.
    public func profile(
        _ photograph: Photograph, options: ProfileOptions = ProfileOptions()
    ) throws(FathomError) -> Profile {
        guard options.runCount >= 1, options.warmupCount >= 0 else {
            throw FathomError(
                .invalidArgument,
                "a profile takes at least 1 run and 0 warm-up runs, not \(options.runCount) and"
                    + " \(options.warmupCount)")
        }
        let input = HostTensor(shape: [photograph.height, photograph.width, 3], uint8: photograph.pixels)
        let repetition = Repetition(warmupCount: options.warmupCount, runCount: options.runCount)
        let outcome = try runner.perform { plan throws(BackendError) in try plan.profile([input], repetition) }
        let backend = outcome.device.backend
        return Profile(
            ProfileSource(
                machine: Profile.Machine(backend.device, runner.precision), model: modelName,
                photographSize: (photograph.width, photograph.height), options: options, plan: outcome.plan,
                costs: outcome.plan.costs(photographByteCount: photograph.pixels.count), runs: outcome.value,
                roof: try FathomError.wrapping(.device) { () throws(BackendError) in
                    try backend.measureRoof(storage: outcome.plan.memory.storage)
                }))
    }
}

extension Profile.Machine {
    init(_ device: DeviceInfo, _ precision: Precision) {
        properties = Dictionary(device.properties.map { ($0.name, $0.value) }) { first, _ in first }
        (self.device, deviceModel) = (device.name, device.model)
        threads = properties["threads"].flatMap { Int($0) }
        (self.precision, version) = (precision.rawValue, EngineVersion.current)
    }
}

/// What a profile and its files are made of.
struct ProfileSource: Sendable {
    let machine: Profile.Machine
    let model: String
    let photographSize: (width: Int, height: Int)
    let options: ProfileOptions
    let plan: Plan
    let costs: [Cost]
    let runs: [ProfiledRun]
    let roof: DeviceRoof
    let table: ProfileTable

    init(
        machine: Profile.Machine, model: String, photographSize: (width: Int, height: Int), options: ProfileOptions,
        plan: Plan, costs: [Cost], runs: [ProfiledRun], roof: DeviceRoof
    ) {
        self.machine = machine
        self.model = model
        self.photographSize = photographSize
        self.options = options
        self.plan = plan
        self.costs = costs
        self.runs = runs
        self.roof = roof
        let grouping: ProfileTable.Grouping =
            switch options.grouping {
            case .operation: .operation
            case .module: .module
            }
        table = ProfileTable(plan, costs: costs, runs: runs, by: grouping)
    }
}
