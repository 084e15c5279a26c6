import Dispatch
import Fathom
import Synchronization
import TestSupport
import Testing

@Suite("Same bits always")
struct DeterminismTests {
    @Test("for any number of threads and any micro-batch", arguments: [1, 2, 3], [1, 4, 35])
    func threadsAndMicroBatches(threadCount: Int, microBatch: Int) throws {
        let photograph = try Fixture.mini.photograph()
        let expected = try Fixture.mini.estimator().estimate(photograph)
        let depth = try Fixture.mini.estimator {
            $0.threadCount = threadCount
            $0.microBatch = microBatch
        }.estimate(photograph)
        #expect(depth.metres == expected.metres)
        #expect(depth.focalLengthPixels == expected.focalLengthPixels)
    }

    @Test("whatever was estimated before")
    func history() throws {
        let photograph = try Fixture.mini.photograph()
        let estimator = try Fixture.mini.estimator()
        let first = try estimator.estimate(photograph)
        _ = try estimator.estimate(Photograph(contentsOf: imageFixture("plain.png")))
        _ = try estimator.estimate(Photograph(width: 1, height: 1, pixels: [255, 255, 255]))
        let second = try estimator.estimate(photograph)
        #expect(second.metres == first.metres)
        #expect(second.focalLengthPixels == first.focalLengthPixels)
    }

    @Test("for callers on several threads at once")
    func concurrent() throws {
        let photographs = try [Fixture.mini.path("photo.png"), imageFixture("exif.jpg"), imageFixture("plain.png")]
            .map { try Photograph(contentsOf: $0) }
        let estimator = try Fixture.mini.estimator()
        let expected = try photographs.map { try estimator.estimate($0).metres }
        let differences = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 6) { index in
            let metres = try? estimator.estimate(photographs[index % 3]).metres
            if metres != expected[index % 3] { differences.withLock { $0 += 1 } }
        }
        #expect(differences.withLock { $0 } == 0)
    }

    @Test("but for rounding, without fused convolutions", arguments: ["mini", "narrow-11"])
    func plainGraph(name: String) throws {
        let fixture = Fixture(name)
        let photograph = try fixture.photograph()
        let fused = try fixture.estimator().estimate(photograph)
        let plain = try fixture.estimator { $0.fusesOperations = false }.estimate(photograph)
        #expect(abs(plain.horizontalFieldOfViewDegrees - fused.horizontalFieldOfViewDegrees) <= 1e-3)
        let inverse = plain.metres.map { 1 / $0 }
        let maximum = Double(try #require(inverse.max()))
        #expect(worstError(fused.metres.map { 1 / $0 }, inverse) { _ in 1e-4 * maximum } <= 1)
        #expect(plain.metres != fused.metres, "the option changes nothing")
    }
}
