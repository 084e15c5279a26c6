import OpenCLBackend
import TensorCore
import TestSupport
import Testing

/// Kernels for matrix units where there is none: every lane holds what its unit would, and multiplies by ordinary
/// arithmetic.
@Suite("Emulated matrix units")
struct MatrixUnitTests {
    private static func targets(_ units: Set<MatrixUnit>) -> [TestTarget] {
        TestTarget.emulations.filter { $0.form.matrixUnit.map(units.contains) ?? false }
    }

    @Test("every operation", arguments: targets([.mma, .wgmma, .plain]), MatrixCases.all)
    func operations(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(
        "every unit", arguments: targets([.mmaWide, .wgmmaWide, .mfma, .wmma11, .wmma12, .xmx16, .xmx8]),
        MatrixCases.few)
    func units(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(
        "A swapped fragment or a mistaken swizzle gives wrong known answers",
        arguments: targets([.mma, .wgmma, .mfma, .plain]))
    func swappedFragment(target: TestTarget) throws {
        for family in [KnownAnswer.Family.product, .attention] {
            #expect(try selfTest(target, family, defect: nil).passed)
            #expect(try !selfTest(target, family, defect: .swappedFragment).passed)
        }
    }

    @Test("A descriptor with the wrong distance of rows gives wrong known answers", arguments: targets([.wgmma]))
    func wrongRowDistance(target: TestTarget) throws {
        for family in [KnownAnswer.Family.product, .convolution, .attention] {
            #expect(try selfTest(target, family, defect: nil).passed)
            #expect(try !selfTest(target, family, defect: .wrongRowDistance).passed)
        }
    }

    private func selfTest(
        _ target: TestTarget, _ family: KnownAnswer.Family, defect: KernelDefect?
    ) throws -> SelfTestResult {
        var limits = target.limits
        limits.defect = defect
        let context = try target.context()
        return SelfTestResult(KnownAnswer.all.filter { $0.family == family }, elementByteCount: 2) {
            plan, weights throws(BackendError) in
            try OpenCLPreparedPlan(plan, weights: weights, on: context, limits: limits)
        }
    }
}
