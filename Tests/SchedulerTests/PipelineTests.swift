import Foundation
import Scheduler
import Synchronization
import Testing

@Suite("the pipeline")
struct PipelineTests {
    struct Broken: Error, Equatable { let job: Int }

    /// What happened, in order, from several threads.
    final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        func append(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    @Test("gives every job its result, in order", arguments: [0, 1, 2, 100])
    func ordered(count: Int) {
        let log = Log()
        Pipeline(decode: { $0 + 1 }, compute: { $0 * 10 }, write: { "\($0)" })
            .run(Array(0..<count)) { job, result in log.append("\(job):\((try? result.get()) ?? "failed")") }
        #expect(log.all == (0..<count).map { "\($0):\(($0 + 1) * 10)" })
    }

    @Test("reports a failure in any stage and goes on", arguments: 0..<3)
    func failures(stage: Int) {
        @Sendable func step(_ own: Int, _ job: Int) throws -> Int {
            if own == stage && job % 3 == 1 { throw Broken(job: job) }
            return job
        }
        let log = Log()
        Pipeline(decode: { try step(0, $0) }, compute: { try step(1, $0) }, write: { try step(2, $0) })
            .run(Array(0..<9)) { job, result in
                switch result {
                case .success(let value): log.append("\(job) \(value)")
                case .failure(let error): log.append("\(job) \(error as? Broken == Broken(job: job))")
                }
            }
        #expect(log.all == (0..<9).map { $0 % 3 == 1 ? "\($0) true" : "\($0) \($0)" })
    }

    @Test("decodes ahead by no more than its queues hold")
    func bounded() {
        let decodedCount = Mutex(0)
        let lead = Mutex(0)
        let writtenCount = Mutex(0)
        Pipeline(
            capacity: 2,
            decode: { (job: Int) in
                decodedCount.withLock { $0 += 1 }
                return job
            },
            compute: { $0 },
            write: { (job: Int) in
                let ahead = decodedCount.withLock { $0 } - writtenCount.withLock { $0 }
                lead.withLock { $0 = max($0, ahead) }
                writtenCount.withLock { $0 += 1 }
                return job
            }
        ).run(Array(0..<200)) { _, _ in }
        // Two in each queue, and one in the hands of each stage.
        #expect(lead.withLock { $0 } <= 2 + 2 + 3)
    }

    @Test("overlaps the stages")
    func overlap() {
        // Each stage of a job waits for the neighbouring stage of the next: this ends only if they run side by side.
        let decodedSecond = DispatchSemaphore(value: 0)
        let computedSecond = DispatchSemaphore(value: 0)
        let log = Log()
        Pipeline(
            decode: { (job: Int) in
                if job == 1 { decodedSecond.signal() }
                return job
            },
            compute: { (job: Int) in
                if job == 0 { decodedSecond.wait() }
                if job == 1 { computedSecond.signal() }
                return job
            },
            write: { (job: Int) in
                if job == 0 { computedSecond.wait() }
                return job
            }
        ).run([0, 1]) { job, _ in log.append("\(job)") }
        #expect(log.all == ["0", "1"])
    }
}
