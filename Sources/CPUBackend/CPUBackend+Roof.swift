import CPUKernels
package import TensorCore

extension CPUBackend {
    /// Measures multiply-adds in registers, and copies and triads over arrays in memory and in the cores' own caches,
    /// on all threads of the pool. Each rate is the best of several attempts, because a neighbour on the machine can
    /// only slow them down.
    ///
    /// How activations are stored changes nothing here: the back end knows its arithmetic.
    ///
    /// - Throws: ``BackendError/outOfMemory(byteCount:purpose:)`` when there is no memory for the arrays.
    package func measureRoof(storage _: DataType = .float32) throws(BackendError) -> DeviceRoof {
        guard let kernels = kernelForm.kernels else {
            preconditionFailure("this processor lacks the instructions for the \(kernelForm.rawValue) kernels")
        }
        let bench = RoofBench(pool: pool, kernels: kernels, arithmetic: arithmetic)
        // Twice the last cache for each array; no less than what a cache of unknown size could hold, no more than a
        // third of a small server's memory for all three.
        let arrayByteCount = min(max(2 * CacheSize.lastLevelByteCount, 64 << 20), 1 << 30)
        return DeviceRoof(
            arithmetic: .init(name: "\(arithmetic.shortName) multiply-add", perSecond: bench.multiplyAddsPerSecond()),
            memory: try bench.passes(bytesPerArray: arrayByteCount),
            cache: try bench.passes(bytesPerArray: RoofBench.cachedByteCount * pool.workerCount))
    }
}

/// The loops behind a roof.
private struct RoofBench {
    /// Bytes of an array that a worker finds in its own second-level cache, two more of them beside it.
    static let cachedByteCount = 48 << 10
    /// Seconds of an attempt at least: far above the time it takes to wake the workers, and short enough to fall
    /// between the turns of whatever else runs on the machine.
    private static let attemptSeconds = 0.004
    /// Seconds for all attempts of one loop.
    private static let totalSeconds = 0.3

    let pool: WorkerPool
    let kernels: cpu_kernels
    let arithmetic: Arithmetic

    /// Operations in a second.
    func multiplyAddsPerSecond() -> Double {
        best { rounds in
            let operations = withUnsafeTemporaryAllocation(of: Int.self, capacity: pool.workerCount) { counts in
                pool.run(pool.workerCount) { task, _ in
                    var result: Float = 0
                    counts[task] = kernels.multiply_add(arithmetic.kernelValue, rounds * 4096, &result)
                }
                return counts.reduce(0, +)
            }
            return Double(operations)
        }
    }

    /// Bytes in a second of a copy and a triad; every worker passes over a part of the arrays.
    func passes(bytesPerArray: Int) throws(BackendError) -> [DeviceRoof.Rate] {
        let partByteCount = bytesPerArray / pool.workerCount / 4096 * 4096
        let count = partByteCount / MemoryLayout<Float>.size
        let memory = try MemoryRegion(
            byteCount: 3 * partByteCount * pool.workerCount, purpose: "measuring the memory's speed")
        let part = { (array: Int, task: Int) in
            memory.floats(at: (array * pool.workerCount + task) * partByteCount)
        }
        // Memory that was never written may be one page of zeros many times over.
        pool.run(pool.workerCount) { task, _ in
            for array in 0..<3 { part(array, task).update(repeating: 1, count: count) }
        }
        let copy = best { rounds in
            pool.run(pool.workerCount) { task, _ in
                for _ in 0..<rounds { kernels.copy(count, part(0, task), part(2, task)) }
            }
            return Double(2 * rounds * partByteCount * pool.workerCount)
        }
        let triad = best { rounds in
            pool.run(pool.workerCount) { task, _ in
                for _ in 0..<rounds { kernels.triad(count, part(0, task), part(1, task), 0.5, part(2, task)) }
            }
            return Double(3 * rounds * partByteCount * pool.workerCount)
        }
        return [.init(name: "copy", perSecond: copy), .init(name: "triad", perSecond: triad)]
    }

    /// The greatest amount in a second that `work` gets done, over many attempts of as many rounds as fill an attempt's
    /// time.
    private func best(_ work: (_ rounds: Int) -> Double) -> Double {
        let beginning = ContinuousClock.now
        var rounds = 1
        var rate = 0.0
        while rate == 0 || beginning.duration(to: .now) < .seconds(Self.totalSeconds) {
            let start = ContinuousClock.now
            let amount = work(rounds)
            let seconds = start.duration(to: .now) / .seconds(1)
            if seconds >= Self.attemptSeconds {
                rate = max(rate, amount / seconds)
            } else {
                rounds *= 2
            }
        }
        return rate
    }
}
