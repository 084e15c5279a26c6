import OpenCLBackend
import OpenCLKernels
import TensorCore
import TestSupport
import Testing

/// Every kernel in every form and precision at shapes of a few tiles. `scripts/check-races` runs this suite, and no
/// other, on a simulator that reports races and accesses out of bounds.
@Suite("OpenCL kernels at tiny shapes", .serialized)
struct TinyShapeTests {
    @Test("with small tiles", arguments: TestTarget.all, TinyCases.all)
    func smallTiles(target: TestTarget, shape: OperationCase) throws {
        var limits = target.limits
        limits.workGroupSize = 64
        try target.check(shape, limits: limits)
    }

    @Test(
        "with results as floats", arguments: TestTarget.all.filter { $0.storage != .float32 },
        TinyCases.all.filter(\.isPlainProduct))
    func resultTiles(target: TestTarget, shape: OperationCase) throws { try target.checkWideResult(shape) }

    /// The tiles of the largest devices, in the form for GPUs.
    @Test("with large tiles", arguments: TestTarget.all.filter { $0.form == .tile && $0.storage == .float32 })
    func largeTiles(target: TestTarget) throws {
        let op = Linear(weight: .tensor("w", [130, 5]), epilogue: epilogueCase(channels: 130, bias: true))
        var generator = SeededGenerator(seed: 3)
        let x = generator.tensor([1, 131, 5])
        try target.check(OperationCase("[1, 131, 5] -> 130", .linear(op), [x], absolute: 1e-5))
    }

    /// Tiles as matrix units share them, multiplied by ordinary arithmetic without barriers of its own.
    @Test("with a matrix unit's tiles", arguments: TestTarget.plainMatrix, MatrixCases.tiny)
    func matrixTiles(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    /// The loops behind the roof: what they copy and add is right, and multiply-adds tend to 1.
    @Test("the loops of the roof", arguments: TestDevice.all)
    func roofTiles(test: TestDevice) throws {
        let context = try TestDevice.context(of: test)
        let (width, items) = (4, 6)
        let x = (0..<(width * items)).map(Float.init), y = x.map { 100 - $0 }
        let memories = try [x, y, x.map { _ in .nan }].map { values in
            let memory = try DeviceMemory(context, byteCount: 4 * values.count, purpose: "values")
            try context.computeQueue.write(values, to: memory)
            return memory
        }
        let program = try Program(
            context, source: KernelSource.roof.text, options: "-cl-std=CL1.2 -cl-mad-enable -DWIDTH=\(width)")
        func run(_ name: String, _ arguments: [KernelArgument]) throws -> [Float] {
            let kernel = try Kernel(program, name)
            try kernel.setArguments(arguments)
            try context.computeQueue.launch(kernel, global: [items], local: [2])
            return try context.computeQueue.read(memories[2], count: x.count, repeating: Float.nan)
        }
        #expect(try run("copy_wide", [.memory(memories[0]), .memory(memories[2])]) == x)
        #expect(try run("triad_wide", memories.map(KernelArgument.memory)) == zip(x, y).map { $0 + 0.5 * $1 })
        // Eight sums to each lane.
        let sums = try run("multiply_add", [.memory(memories[2]), .uint(64)])
        #expect(sums.allSatisfy { abs($0 - 8) < 1e-5 })
    }

    /// Members of a group, in every form.
    @Test("in groups", arguments: TestTarget.all + TestTarget.plainMatrix, GroupCases.tiny)
    func groupTiles(target: TestTarget, group: GroupCase) throws {
        var limits = target.limits
        limits.workGroupSize = 64
        try target.check(group, limits: limits)
    }
}

/// Races on purpose: what comes out means nothing, and `scripts/check-races` asks whether the simulator saw them.
@Suite("Races on purpose", .enabled(if: TestDevice.required.contains("Oclgrind")))
struct SeededRaceTests {
    @Test(arguments: TestTarget.plainMatrix) func product(target: TestTarget) throws {
        try run(MatrixCases.tiny[0], target)
    }

    @Test(arguments: TestTarget.plainMatrix) func attention(target: TestTarget) throws {
        try run(MatrixCases.tiny[3], target)
    }

    private func run(_ shape: OperationCase, _ target: TestTarget) throws {
        var limits = target.limits
        limits.defect = .missingBarrier
        _ = try target.run(shape.stored(as: target.storage), limits: limits)
    }
}
