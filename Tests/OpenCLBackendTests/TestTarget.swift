import OpenCLBackend
import Synchronization
import TensorCore
import TestSupport
import Testing

/// A device with a form of its kernels and a precision: what every operation is tested on.
struct TestTarget: Sendable, CustomTestStringConvertible {
    let test: TestDevice
    let form: KernelForm
    /// How elements are stored.
    let storage: DataType

    var testDescription: String {
        "\(test.testDescription), \(form.rawValue) form, \(storage.precisionName)"
    }

    /// Every device with both forms and every way to store elements.
    static let all = TestDevice.all.flatMap { test in
        KernelForm.portable.flatMap { form in
            DataType.ofKernels.map { TestTarget(test: test, form: form, storage: $0) }
        }
    }

    /// Those for the long tables: without float16 in the form that does not suit the device, and without bfloat16, which
    /// differs from it in conversions alone; `TinyShapeTests` covers both. Each case is a program to compile.
    static let main = all.filter {
        $0.storage == .float32 || $0.storage == .float16 && $0.form == KernelForm(for: $0.test.device)
    }

    /// Every device with every emulated matrix unit on float16.
    static let emulations = emulations(storing: .float16)

    /// Every device with every emulated matrix unit, which take elements of 16 bits.
    static func emulations(storing storage: DataType) -> [TestTarget] {
        TestDevice.all.flatMap { test in
            KernelForm.emulations.map { TestTarget(test: test, form: $0, storage: storage) }
        }
    }

    /// Those of them that have no barriers of their own.
    static let plainMatrix = emulations.filter { $0.form.matrixUnit?.isPlain ?? false }

    var limits: KernelLimits { KernelLimits(test.device, form: form) }

    /// The device opened; tests share it.
    func context() throws -> OpenCLContext { try TestDevice.context(of: test) }

    func prepare(
        _ plan: Plan, weights: any WeightSource, limits: KernelLimits? = nil
    ) throws -> OpenCLPreparedPlan {
        try OpenCLPreparedPlan(plan, weights: weights, on: try context(), limits: limits ?? self.limits)
    }

    /// A case through the production path: a plan of one node between guards.
    func run(
        _ shape: OperationCase, keepsInputs: Bool = true, limits: KernelLimits? = nil, hasWideResult: Bool = false
    ) throws -> [Float] {
        let (graph, guards) = shape.guarded(keepsInputs: keepsInputs)
        let plan = Plan(graph, storage: storage, wideValues: hasWideResult ? graph.wideResults : [])
        let result = try prepare(plan, weights: shape.weights, limits: limits).run(shape.inputs + guards)
        for (index, band) in guards.enumerated() {
            #expect(result.outputs["guard \(index)"] == band, "\(shape.testDescription): wrote outside the output")
        }
        for (index, input) in shape.inputs.enumerated() where keepsInputs && input.float32 != nil {
            let found = result.outputs["input \(index)"]?.float32?.map(\.bitPattern)
            #expect(found == input.float32?.map(\.bitPattern), "\(shape.testDescription): wrote to an input")
        }
        return try #require(result.outputs["result"]?.float32)
    }

    /// How far off a result may be, besides a share of itself.
    func tolerance(of shape: OperationCase) -> Double {
        // Matrix units take the shares and the scaled queries of attention rounded. A query's rounding moves scores by a share
        // of themselves, so that the greatest of the table, which are above 20, move a result most.
        guard case .attention = shape.op, form.matrixUnit != nil else { return shape.absolute }
        return shape.absolute + 4 * storage.greatestRounding * Double(shape.inputs[0].float32?.map(abs).max() ?? 0)
    }

    /// Compares a result that is not rounded as inputs and weights are.
    func checkWideResult(_ shape: OperationCase) throws {
        let rounded = shape.stored(as: storage)
        expectClose(
            try run(rounded, hasWideResult: true), try rounded.reference(), absolute: shape.absolute,
            relative: shape.relative, "\(testDescription): \(shape.testDescription)")
    }

    /// Compares with the reference, with residuals kept and taken over.
    func check(
        _ shape: OperationCase, limits: KernelLimits? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let shape = shape.stored(as: storage)
        let expected = try shape.reference()
        for keepsInputs in shape.inputs.count > 1 ? [true, false] : [true] {
            expectClose(
                try run(shape, keepsInputs: keepsInputs, limits: limits), expected, absolute: tolerance(of: shape),
                relative: shape.relative, "\(testDescription): \(shape.testDescription)",
                sourceLocation: sourceLocation)
        }
    }
}

extension TestDevice {
    private static let contexts = Mutex<[String: OpenCLContext]>([:])

    static func context(of test: TestDevice) throws -> OpenCLContext {
        try contexts.withLock { contexts in
            let name = test.testDescription
            if let context = contexts[name] { return context }
            let context = try OpenCLContext(test.device)
            contexts[name] = context
            return context
        }
    }
}
