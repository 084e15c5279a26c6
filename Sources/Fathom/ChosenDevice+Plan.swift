import Models
import TensorCore

extension ChosenDevice {
    /// The plan of one photograph whose kernels are measured or tuned: with as many crops at a time as a run would take on
    /// the device's memory. Weights are not needed.
    ///
    /// - Throws: ``FathomError`` of the device.
    func plan(_ network: DepthPro, _ options: DepthEstimator.Options) throws(FathomError) -> Plan {
        try FathomError.wrapping(.device) { () throws(BackendError) in
            try MicroBatch.thatFits(startingAt: options.microBatch ?? microBatch) { crops throws(BackendError) in
                let plan = Plan(
                    network.graph(options, microBatch: crops), precision: options.precision,
                    joinsSteps: backend.joinsSteps)
                // A kernel by itself may fit where the smallest plan does not.
                if crops > 1 { try backend.checkMemory(for: plan) }
                return plan
            }
        }
    }
}
