import OpenCLBackend
import Synchronization
import TensorCore
import TestSupport
import Testing

/// A device with a form of its kernels and a precision: what every operation is tested on.
struct TestTarget: Sendable, CustomTestStringConvertible {
    let test: TestDevice
    let form: KernelForm
    /// 4 for float32, 2 for float16.
    let elementByteCount: Int

    var testDescription: String {
        "\(test.testDescription), \(form.rawValue) form, \(elementByteCount == 2 ? "f16" : "f32")"
    }

    /// Every device with both forms and both precisions.
    static let all = TestDevice.all.flatMap { test in
        KernelForm.portable.flatMap { form in
            [4, 2].map { TestTarget(test: test, form: form, elementByteCount: $0) }
        }
    }

    /// Those for the long tables: without float16 in the form that does not suit the device, which `TinyShapeTests`
    /// covers. Each case is a program to compile.
    static let main = all.filter { $0.elementByteCount == 4 || $0.form == KernelForm(for: $0.test.device) }

    /// Every device with every emulated matrix unit, which take float16.
    static let emulations = TestDevice.all.flatMap { test in
        KernelForm.emulations.map { TestTarget(test: test, form: $0, elementByteCount: 2) }
    }

    /// Those of them that have no barriers of their own.
    static let plainMatrix = emulations.filter { $0.form == .matrix(.plain) }

    var limits: KernelLimits { KernelLimits(test.device, form: form) }

    /// The device opened; tests share it.
    func context() throws -> OpenCLContext { try TestDevice.context(of: test) }

    func prepare(
        _ plan: Plan, weights: any WeightSource, limits: KernelLimits? = nil
    ) throws -> OpenCLPreparedPlan {
        try OpenCLPreparedPlan(plan, weights: weights, on: try context(), limits: limits ?? self.limits)
    }

    /// A case through the production path: a plan of one node between guards.
    func run(_ shape: OperationCase, keepsInputs: Bool = true, limits: KernelLimits? = nil) throws -> [Float] {
        let (graph, guards) = shape.guarded(keepsInputs: keepsInputs)
        let plan = Plan(graph, elementByteCount: elementByteCount)
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
        // Matrix units take the weights of attention in half, each off by a share of itself.
        guard case .attention = shape.op, form.matrixUnit != nil else { return shape.absolute }
        return shape.absolute + 0x1p-11 * Double(shape.inputs[0].float32?.map(abs).max() ?? 0)
    }

    /// Compares with the reference, with residuals kept and taken over.
    func check(
        _ shape: OperationCase, limits: KernelLimits? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let shape = elementByteCount == 2 ? shape.inHalf : shape
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
