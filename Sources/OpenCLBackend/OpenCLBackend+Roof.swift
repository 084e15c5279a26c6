import OpenCLKernels
package import TensorCore

extension OpenCLBackend {
    /// Measures multiply-adds in registers, in float32 and where the device has it in float16, of the matrix unit if plans
    /// run on one, and copies and triads over arrays larger than a cache. Times are those of the device's events; each rate
    /// is the best of several attempts.
    ///
    /// - Parameter storage: of activations in the plans that are held against the roof.
    /// - Returns: the rates.
    /// - Throws: ``BackendError`` when the device fails, has no memory for the arrays, or has a clock that stands still.
    package func measureRoof(storage: DataType = .float32) throws(BackendError) -> DeviceRoof {
        let form = try paths.forms(storage: storage).product
        let context = try opened()
        let roof = try BackendError.wrapping(hardware) { () throws(OpenCLError) in
            let bench = RoofBench(context)
            let single = try bench.multiplyAddsPerSecond(constants: [])
            var other: [DeviceRoof.Rate] = []
            if hardware.extensions.contains("cl_khr_fp16") {
                let half = try bench.multiplyAddsPerSecond(constants: ["-DHALF=1"])
                other.append(.init(name: "f16 multiply-add", perSecond: half))
            }
            let float32 = DeviceRoof.Rate(name: "f32 multiply-add", perSecond: single)
            guard form.isOnMatrixUnit, let unit = form.matrixUnit else {
                return DeviceRoof(
                    arithmetic: float32, otherArithmetic: other, memory: try bench.passes(), cache: [])
            }
            let perSecond = try bench.matrixMultiplyAddsPerSecond(form, storage)
            return DeviceRoof(
                arithmetic: .init(name: "\(storage.precisionName) \(unit.rawValue)", perSecond: perSecond),
                otherArithmetic: [float32] + other, memory: try bench.passes(), cache: [])
        }
        guard ([roof.arithmetic] + roof.otherArithmetic + roof.memory).allSatisfy({ $0.perSecond > 0 }) else {
            throw .deviceFailed(
                device: hardware.name,
                reason: "its speed cannot be measured, as the clock behind its driver's events stands still")
        }
        return roof
    }
}

/// The loops behind a roof.
private struct RoofBench {
    /// Seconds of an attempt at least, so that the step of the device's clock does not count.
    private static let attemptSeconds = 0.004
    /// Rounds of an attempt at most: a driver whose clock stands still is not asked for ever more.
    private static let greatestRounds: UInt32 = 1 << 24
    /// Seconds for all attempts of one loop.
    private static let totalSeconds = 0.3
    /// Independent sums of `multiply_add`.
    private static let sumCount = 8

    private let context: OpenCLContext
    private let queue: CommandQueue
    private let limits: OpenCLDevice.Limits
    /// Elements of a vector in arithmetic: a register of a processor, 16 bytes of a GPU. Wider ones would leave the
    /// registers.
    private let width: Int
    /// Floats of a vector that is copied.
    private let memoryWidth: Int
    /// Items of a work-group in arithmetic.
    private let group: Int
    /// Items of a work-group that copies: on a processor a work-group costs more than a vector.
    private let memoryGroup: Int

    init(_ context: OpenCLContext) {
        self.context = context
        queue = context.computeQueue
        limits = context.device.limits
        let takesVectors = KernelForm(for: context.device) == .vector
        let native = limits.nativeVectorWidth
        width = takesVectors ? [16, 8, 4].first { $0 <= native } ?? 16 : 4
        memoryWidth = takesVectors ? 16 : 4
        memoryGroup = min(256, limits.workGroupSize)
        group = takesVectors ? 1 : memoryGroup
    }

    private func kernel(_ name: String, width: Int, constants: [String] = []) throws(OpenCLError) -> Kernel {
        let text = ProgramText(
            source: KernelSource.roof.text,
            options: (KernelVariant.options + ["-DWIDTH=\(width)"] + constants).joined(separator: " "))
        guard let program = try context.build([text])[text] else { preconditionFailure("a build gives every program") }
        return try Kernel(program, name)
    }

    /// Floating-point operations in a second.
    func multiplyAddsPerSecond(constants: [String]) throws(OpenCLError) -> Double {
        let kernel = try kernel("multiply_add", width: width, constants: constants)
        // Enough groups to fill every unit several times over.
        let items = limits.computeUnitCount * group * 16
        let sums = try DeviceMemory(context, byteCount: items * width * 4, purpose: "measuring arithmetic")
        return try perSecond(2 * Self.sumCount * width * items) { rounds throws(OpenCLError) in
            try kernel.setArguments([.memory(sums), .uint(rounds)])
            return try time(kernel, items: items, group: group)
        }
    }

    /// Floating-point operations in a second of a matrix unit, on the tiles that large products have.
    func matrixMultiplyAddsPerSecond(
        _ form: KernelForm, _ storage: DataType
    ) throws(OpenCLError) -> Double {
        let loop = MatrixRoof(KernelLimits(context.device, form: form), storage: storage)
        let groups = limits.computeUnitCount * 16
        let totals = try DeviceMemory(
            context, byteCount: groups * loop.groupSize * 4, purpose: "measuring the matrix unit")
        let kernel = try loop.kernel(context)
        return try perSecond(groups * loop.flopCount) { rounds throws(OpenCLError) in
            try kernel.setArguments([.memory(totals), .uint(rounds)])
            return try time(kernel, items: groups * loop.groupSize, group: loop.groupSize)
        }
    }

    /// Operations in a second of a loop that does so many in a round, over as many rounds as take long enough.
    private func perSecond(
        _ operationsOfRound: Int, seconds: (_ rounds: UInt32) throws(OpenCLError) -> Double
    ) throws(OpenCLError) -> Double {
        var rounds: UInt32 = 64
        return try best { () throws(OpenCLError) in
            let taken = try seconds(rounds)
            let done = Double(operationsOfRound) * Double(rounds)
            if taken < Self.attemptSeconds && rounds < Self.greatestRounds { rounds *= 2 }
            return (done, taken)
        }
    }

    /// Bytes in a second of a copy and a triad.
    func passes() throws(OpenCLError) -> [DeviceRoof.Rate] {
        let vectorByteCount = memoryWidth * MemoryLayout<Float>.size
        let wanted = min(max(4 * limits.cacheByteCount, 64 << 20), 256 << 20)
        let items = min(wanted, limits.allocationByteCount, limits.memoryByteCount / 8) / vectorByteCount / 256 * 256
        let byteCount = items * vectorByteCount
        var arrays: [DeviceMemory] = []
        for _ in 0..<3 {
            let array = try DeviceMemory(context, byteCount: byteCount, purpose: "measuring the memory's speed")
            try queue.fill(array, with: 0, byteCount: byteCount)
            arrays.append(array)
        }
        var rates: [DeviceRoof.Rate] = []
        for (name, touched) in [("copy", [arrays[0], arrays[2]]), ("triad", arrays)] {
            let kernel = try kernel(name + "_wide", width: memoryWidth)
            try kernel.setArguments(touched.map(KernelArgument.memory))
            let perSecond = try best { () throws(OpenCLError) in
                (Double(touched.count * byteCount), try time(kernel, items: items, group: memoryGroup))
            }
            rates.append(.init(name: name, perSecond: perSecond))
        }
        return rates
    }

    private func time(_ kernel: Kernel, items: Int, group: Int) throws(OpenCLError) -> Double {
        let event = try queue.launch(kernel, global: [items], local: [group])
        try queue.finish()
        return try event.times().seconds
    }

    /// The greatest amount in a second over many attempts; the first compiles and does not count.
    private func best(
        _ attempt: () throws(OpenCLError) -> (amount: Double, seconds: Double)
    ) throws(OpenCLError) -> Double {
        _ = try attempt()
        let beginning = ContinuousClock.now
        var rate = 0.0
        var count = 0
        while count < 3 || beginning.duration(to: .now) < .seconds(Self.totalSeconds) {
            let (amount, seconds) = try attempt()
            if seconds > 0 { rate = max(rate, amount / seconds) }
            count += 1
            // A driver whose clock stands still must not hold anyone up.
            if beginning.duration(to: .now) > .seconds(10 * Self.totalSeconds) { break }
        }
        return rate
    }
}
