import Foundation

/// Three stages that work on different jobs at the same time: while one photograph is computed, the next is decoded and
/// the one before is written. Jobs keep their order, at most `capacity` of them wait between two stages, and a job that
/// fails in one stage skips the rest without disturbing its neighbours.
package struct Pipeline<Job: Sendable, Decoded: Sendable, Computed: Sendable, Output: Sendable>: Sendable {
    private let capacity: Int
    private let decode: @Sendable (Job) throws -> Decoded
    private let compute: @Sendable (Decoded) throws -> Computed
    private let write: @Sendable (Computed) throws -> Output

    package init(
        capacity: Int = 2,
        decode: @escaping @Sendable (Job) throws -> Decoded,
        compute: @escaping @Sendable (Decoded) throws -> Computed,
        write: @escaping @Sendable (Computed) throws -> Output
    ) {
        self.capacity = capacity
        self.decode = decode
        self.compute = compute
        self.write = write
    }

    /// Runs every job and returns when the last is reported. The middle stage runs on the calling thread, the others on
    /// a thread each; `report` is called on the last stage's thread, one job at a time, in order.
    package func run(
        _ jobs: [Job], report: @escaping @Sendable (Job, Result<Output, any Error>) -> Void
    ) {
        let decoded = BoundedQueue<Result<Decoded, any Error>>(capacity: capacity)
        let computed = BoundedQueue<Result<Computed, any Error>>(capacity: capacity)
        let (decode, write) = (decode, write)

        startThread(named: "decode") {
            for job in jobs { decoded.push(Result { try decode(job) }) }
        }
        let finished = startThread(named: "write") {
            for job in jobs {
                let result = computed.pop()
                report(job, Result { try write(result.get()) })
            }
        }
        for _ in jobs {
            let result = decoded.pop()
            computed.push(Result { try compute(result.get()) })
        }
        finished.wait()
    }
}

/// Starts a thread; the semaphore is signalled when its work is done. Stages block on queues, so they must not run on
/// the threads that Swift's concurrency shares among tasks.
@discardableResult
private func startThread(named name: String, _ work: @escaping @Sendable () -> Void) -> DispatchSemaphore {
    let finished = DispatchSemaphore(value: 0)
    let thread = Thread {
        work()
        finished.signal()
    }
    thread.name = "fathom-" + name
    thread.stackSize = 8 << 20
    thread.start()
    return finished
}
