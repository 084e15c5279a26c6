import TensorCore

/// Candidates that took their device with them. What runs a candidate notes it here; it never runs again.
final class LostCandidates {
    private(set) var reasons: [TunedCuts.Cut: String] = [:]

    /// Runs something with a candidate, and notes the candidate if the device is lost by that.
    func watch<Success>(
        _ cut: TunedCuts.Cut, _ body: () throws(BackendError) -> Success
    ) throws(BackendError) -> Success {
        do { return try body() } catch {
            if case .deviceLost(_, let reason) = error { reasons[cut] = "it takes the device with it: \(reason)" }
            throw error
        }
    }

    /// Repeats work that a candidate ended by taking the device with it, in a new context and without that candidate.
    ///
    /// - Throws: ``BackendError`` when the device is lost by something else.
    func repeatWithout<Success>(
        reopening backend: OpenCLBackend, _ work: () throws(BackendError) -> Success
    ) throws(BackendError) -> Success {
        while true {
            let count = reasons.count
            do { return try work() } catch {
                guard case .deviceLost = error, reasons.count > count else { throw error }
                backend.close()
            }
        }
    }
}
