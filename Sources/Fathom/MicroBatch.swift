import Models
package import TensorCore

/// How many crops go through the encoders together.
package enum MicroBatch {
    /// Crops of a photograph that one encoder sees. More never go together.
    package static let largest = PyramidLevel.totalPatchCount

    /// Tries with so many crops, and with half as many while the device runs out of memory.
    ///
    /// - Throws: what `attempt` throws with a single crop, or any other error at once.
    package static func thatFits<Result>(
        startingAt first: Int, _ attempt: (_ microBatch: Int) throws(BackendError) -> Result
    ) throws(BackendError) -> Result {
        var microBatch = max(1, min(first, largest))
        while true {
            do throws(BackendError) {
                return try attempt(microBatch)
            } catch .outOfDeviceMemory where microBatch > 1 {
                microBatch = smaller(than: microBatch)
            }
        }
    }

    /// The crops to try where so many, at least two, do not fit.
    package static func smaller(than microBatch: Int) -> Int { (microBatch + 1) / 2 }
}
