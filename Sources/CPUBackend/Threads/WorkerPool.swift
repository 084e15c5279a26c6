import Glibc
import Synchronization

/// A fixed number of threads that share the tasks of one job at a time; the thread that asks works too. Threads sleep
/// while there is no job.
final class WorkerPool: Sendable {
    /// Threads that work on a job, the caller's included.
    let workerCount: Int
    private let crew = Crew()
    private let threads: [pthread_t]
    private let turn = Mutex<Void>(())

    /// Starts the threads. Where the system refuses one, the pool has fewer workers than asked for.
    init(workerCount: Int) {
        var threads: [pthread_t] = []
        for worker in 1..<max(1, workerCount) {
            guard let thread = startThread(crew, worker: worker) else { break }
            threads.append(thread)
        }
        self.threads = threads
        self.workerCount = threads.count + 1
    }

    deinit {
        crew.stop()
        for thread in threads { _ = pthread_join(thread, nil) }
    }

    /// Calls `body` once for every task in 0 ..< taskCount, on all workers, and returns when all are done. Which worker
    /// takes which task is left to chance, so a task's result must depend on its index alone, and tasks must touch
    /// memory of their own: `body` is called from several threads at once.
    ///
    /// Calls from several threads wait for one another. A task must not call this method.
    func run(_ taskCount: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
        turn.withLock { _ in
            if threads.isEmpty || taskCount <= 1 {
                for task in 0..<taskCount { body(task, 0) }
            } else {
                withoutActuallyEscaping(body) { crew.work(Job(taskCount: taskCount, body: $0)) }
            }
        }
    }
}

private struct Job {
    let taskCount: Int
    let body: (_ task: Int, _ worker: Int) -> Void
}

/// What the threads of a pool share.
private final class Crew: @unchecked Sendable {  // `job`, `busyCount` and `isStopping` are touched under `mutex` only
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let jobArrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let workerLeft = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let nextTask = Atomic<Int>(0)
    private var job: Job?
    private var jobNumber = 0
    private var busyCount = 0
    private var isStopping = false

    init() {
        mutex.initialize(to: pthread_mutex_t())
        jobArrived.initialize(to: pthread_cond_t())
        workerLeft.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(jobArrived, nil)
        pthread_cond_init(workerLeft, nil)
    }

    deinit {
        pthread_cond_destroy(workerLeft)
        pthread_cond_destroy(jobArrived)
        pthread_mutex_destroy(mutex)
        workerLeft.deallocate()
        jobArrived.deallocate()
        mutex.deallocate()
    }

    /// Publishes a job, works on it and waits for the workers that took part; those that woke too late take none.
    func work(_ job: Job) {
        pthread_mutex_lock(mutex)
        nextTask.store(0, ordering: .relaxed)
        self.job = job
        jobNumber += 1
        pthread_cond_broadcast(jobArrived)
        pthread_mutex_unlock(mutex)

        drain(job, worker: 0)

        pthread_mutex_lock(mutex)
        self.job = nil
        while busyCount > 0 { pthread_cond_wait(workerLeft, mutex) }
        pthread_mutex_unlock(mutex)
    }

    func stop() {
        pthread_mutex_lock(mutex)
        isStopping = true
        pthread_cond_broadcast(jobArrived)
        pthread_mutex_unlock(mutex)
    }

    /// A thread's life: sleep, work, sleep, until the pool goes.
    func serve(worker: Int) {
        var lastJobNumber = 0
        while takePart(worker: worker, after: &lastJobNumber) {}
    }

    /// Waits for a job newer than `lastJobNumber` and works on it. The job is let go of before the return.
    private func takePart(worker: Int, after lastJobNumber: inout Int) -> Bool {
        pthread_mutex_lock(mutex)
        while !isStopping && (job == nil || jobNumber == lastJobNumber) { pthread_cond_wait(jobArrived, mutex) }
        let mayGoOn = !isStopping
        if mayGoOn {
            busyCount += 1
            lastJobNumber = jobNumber
        }
        pthread_mutex_unlock(mutex)
        guard mayGoOn else { return false }

        drainCurrent(worker: worker)

        pthread_mutex_lock(mutex)
        busyCount -= 1
        if busyCount == 0 { pthread_cond_signal(workerLeft) }
        pthread_mutex_unlock(mutex)
        return true
    }

    private func drainCurrent(worker: Int) {
        pthread_mutex_lock(mutex)
        let current = job
        pthread_mutex_unlock(mutex)
        if let current { drain(current, worker: worker) }
    }

    private func drain(_ job: Job, worker: Int) {
        while true {
            let task = nextTask.wrappingAdd(1, ordering: .relaxed).oldValue
            guard task < job.taskCount else { return }
            job.body(task, worker)
        }
    }
}

/// What a new thread is told.
private final class Assignment {
    let crew: Crew
    let worker: Int

    init(crew: Crew, worker: Int) {
        self.crew = crew
        self.worker = worker
    }
}

private func startThread(_ crew: Crew, worker: Int) -> pthread_t? {
    let assignment = Unmanaged.passRetained(Assignment(crew: crew, worker: worker))
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            let assignment = Unmanaged<Assignment>.fromOpaque(context).takeRetainedValue()
            assignment.crew.serve(worker: assignment.worker)
            return nil
        }, assignment.toOpaque())
    guard status == 0 else {
        assignment.release()
        return nil
    }
    return thread
}
