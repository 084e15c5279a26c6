import Fathom
import TensorCore
import Testing

@Suite("Micro-batches that fit")
struct MicroBatchTests {
    private static let full = BackendError.outOfDeviceMemory(device: "small", reason: "full")

    /// The micro-batches that are tried when `limit` crops fit.
    private static func tried(from first: Int, limit: Int) throws(BackendError) -> [Int] {
        var tried: [Int] = []
        return try MicroBatch.thatFits(startingAt: first) { microBatch throws(BackendError) in
            tried.append(microBatch)
            if microBatch > limit { throw full }
            return tried
        }
    }

    @Test("halve until the plan fits")
    func halve() throws {
        #expect(try Self.tried(from: 35, limit: 35) == [35])
        #expect(try Self.tried(from: 35, limit: 1) == [35, 18, 9, 5, 3, 2, 1])
        #expect(try Self.tried(from: 5, limit: 2) == [5, 3, 2])
        #expect(try Self.tried(from: .max, limit: 20) == [35, 18])
    }

    @Test("one crop that does not fit is the error, and any other error ends the search")
    func errors() {
        #expect(throws: Self.full) { try Self.tried(from: 35, limit: 0) }
        var attempts = 0
        let failure = BackendError.deviceFailed(device: "broken", reason: "refused")
        #expect(throws: failure) {
            try MicroBatch.thatFits(startingAt: 35) { _ throws(BackendError) in
                attempts += 1
                throw failure
            }
        }
        #expect(attempts == 1)
    }
}
