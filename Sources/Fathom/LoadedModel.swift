import CPUBackend
import Models
import TensorCore
import Weights

/// A checkpoint that was opened and understood; its weights are not read yet.
struct LoadedModel {
    let path: String
    let name: String
    let network: DepthPro
    let weights: any WeightSource

    init(path: String, name: String, network: DepthPro, weights: any WeightSource) {
        self.path = path
        self.name = name
        self.network = network
        self.weights = weights
    }

    /// - Throws: ``FathomError`` when the checkpoint cannot be opened or is not a Depth Pro.
    init(_ path: String) throws(FathomError) {
        let checkpoint = try FathomError.wrapping(.unreadableModel) { () throws(CheckpointError) in
            try Checkpoint(path: path)
        }
        self.path = path
        name = checkpoint.name
        weights = checkpoint.weights
        do { network = try DepthPro(checkpoint) } catch { throw FathomError(.unreadableModel, "\(path): \(error)") }
    }

    /// The plan for some photographs, whose crops go through the encoders `microBatch` at a time.
    func plan(_ options: DepthEstimator.Options, imageCount: Int, microBatch: Int, joinsSteps: Bool) -> Plan {
        Plan(
            network.graph(options, imageCount: imageCount, microBatch: microBatch), precision: options.precision,
            joinsSteps: joinsSteps)
    }

    /// Plans and prepares for a device. When the plan does not fit, fewer crops go through the encoders together.
    ///
    /// - Parameters:
    ///   - options: how to run.
    ///   - imageCount: photographs of a run.
    ///   - device: that runs it.
    ///   - limit: crops that are known to be too many together; nil for none.
    /// - Returns: the plan, with a warning where the device is too small for the crops that it should take.
    /// - Throws: ``FathomError`` when the checkpoint does not fit the network, or the smallest plan the device.
    func prepare(
        _ options: DepthEstimator.Options, imageCount: Int = 1, on device: ChosenDevice, fewerThan limit: Int? = nil
    ) throws(FathomError) -> PreparedModel {
        let wanted = min(options.microBatch ?? device.microBatch, MicroBatch.largest)
        let first = limit.map { MicroBatch.smaller(than: $0) } ?? wanted
        let joinsSteps = device.backend.joinsSteps
        try checkWeights()
        do throws(BackendError) {
            return try MicroBatch.thatFits(startingAt: first) { microBatch throws(BackendError) in
                let plan = plan(options, imageCount: imageCount, microBatch: microBatch, joinsSteps: joinsSteps)
                return PreparedModel(
                    device: microBatch < wanted ? device.warning(microBatch, of: wanted) : device,
                    microBatch: microBatch, plan: try device.backend.prepare(plan, weights: weights))
            }
        } catch .weights(let error) {
            throw FathomError(.unreadableModel, "\(path): \(error)")
        } catch .outOfDeviceMemory(let name, let reason) {
            let (remedy, parameters) = Self.remedy(for: options.precision, on: device)
            throw FathomError(
                .device, "\(name) has too little memory even for one crop at a time: \(reason); \(remedy)",
                parameters: parameters)
        } catch {
            throw FathomError(.device, "\(error)")
        }
    }

    /// What to do where the smallest plan does not fit.
    private static func remedy(
        for precision: Precision, on device: ChosenDevice
    ) -> (text: String, parameters: [FathomError.Parameter]) {
        guard device.backend is CPUBackend else { return ("choose the CPU", [.device]) }
        return precision == .int8
            ? ("run it where there is more", []) : ("choose int8, which takes least", [.precision])
    }

    /// Checks every tensor's name and shape before anything is read.
    ///
    /// - Throws: ``FathomError`` naming the first tensor that is missing, misshapen or unknown.
    func checkWeights() throws(FathomError) {
        do throws(WeightError) {
            try network.graph(microBatch: MicroBatch.largest).checkWeights(weights, isUnused: network.isUnusedTensor)
        } catch {
            throw FathomError(.unreadableModel, "\(path): \(error)")
        }
    }
}

/// A model ready to run on a device.
struct PreparedModel {
    /// With a warning when it is too small for the crops that it should take.
    let device: ChosenDevice
    /// Crops that go through the encoders together.
    let microBatch: Int
    let plan: any PreparedPlan
}
