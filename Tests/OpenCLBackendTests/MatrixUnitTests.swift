import OpenCLBackend
import TensorCore
import TestSupport
import Testing

/// Kernels for matrix units where there is none: every lane holds what its unit would, and multiplies by ordinary
/// arithmetic.
@Suite("Emulated matrix units")
struct MatrixUnitTests {
    private static func targets(_ units: Set<MatrixUnit>, storing storage: DataType = .float16) -> [TestTarget] {
        TestTarget.emulations(storing: storage).filter { $0.form.matrixUnit.map(units.contains) ?? false }
    }

    private static let all = Set(MatrixUnit.allCases)
    private static let wide: Set<MatrixUnit> = [.mmaWide, .wgmmaWide]
    /// Those that have ways of their own through the kernels; the others differ in fragments.
    private static let ways: Set<MatrixUnit> = [.mma, .wgmma, .plain, .plainStaged]

    @Test("every operation", arguments: targets(ways), MatrixCases.all)
    func operations(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test("every unit", arguments: targets(all.subtracting(ways).subtracting(wide)), MatrixCases.each)
    func units(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test("with more slots", arguments: targets(wide), MatrixCases.few)
    func moreSlots(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    /// Fragments lie as those of float16 do (`FragmentTests`), so that the elements are all that is new.
    @Test("in bfloat16", arguments: targets(ways, storing: .bfloat16), MatrixCases.few)
    func bfloat16(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test("every unit in bfloat16", arguments: targets(all.subtracting(wide), storing: .bfloat16), MatrixCases.elements)
    func bfloat16Units(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test("every cut of attention that the tuner may take", arguments: targets([.mma, .wgmma, .mfma]))
    func attentionCuts(target: TestTarget) throws {
        // More than one block of keys, and of queries but for the widest.
        let shape = MatrixCases.attention(tokens: 70, headWidth: 64, heads: 1, crops: 1)
        let candidates = target.limits.withCandidates(for: TunedShape(attentionOf: 70, headWidth: 64))
        #expect(candidates.count == (target.form.matrixUnit == .wgmma ? 2 : 9))
        for candidate in candidates { try target.check(shape, limits: candidate.limits) }
    }

    @Test("attention on what is no number, and on scores of any size", arguments: targets(ways))
    func extremes(target: TestTarget) throws {
        for shape in MatrixCases.withNaN.map({ $0.stored(as: target.storage) }) {
            expectClose(
                // A NaN need not keep its bits on its way to the device.
                try target.run(shape, keepsInputs: false), try shape.reference(),
                absolute: 8 * target.storage.greatestRounding,
                "\(target.testDescription): \(shape.testDescription)")
        }
        for shape in MatrixCases.hugeScores {
            let result = try target.run(shape.stored(as: target.storage))
            #expect(result.allSatisfy { abs($0) <= 1 }, "\(shape.testDescription): no mean of values")
        }
    }

    @Test("every cut of products that the tuner may take", arguments: targets([.mma]))
    func productCuts(target: TestTarget) throws { #expect(try checkProductCuts(target) { _ in true } == 25) }

    /// Emulated products are cut small otherwise.
    @Test("the cuts of products that GPUs have", arguments: targets(all.subtracting(wide).subtracting([.mma])))
    func wholePanels(target: TestTarget) throws {
        let count = try checkProductCuts(target) { $0["STAGES"] == nil && ($0["PANEL"] ?? 0) == 128 }
        #expect(count >= 2)
    }

    private func checkProductCuts(_ target: TestTarget, where isWanted: ([String: Int]) -> Bool) throws -> Int {
        let candidates = target.limits.withCandidates(
            for: TunedShape(product: "linear", rows: 130, columns: 72, depth: 170)
        ).filter { isWanted($0.constants) }
        for candidate in candidates { try target.check(MatrixCases.everySlotTwice, limits: candidate.limits) }
        return candidates.count
    }

    @Test(
        "no cut takes more local memory or larger work-groups than a device has",
        arguments: MatrixUnit.allCases, [(48 << 10, 1024), (47 << 10, 1024), (32 << 10, 256)])
    func limits(unit: MatrixUnit, device: (localMemory: Int, workGroup: Int)) throws {
        let limits = KernelLimits(
            forms: KernelForms(.matrix(unit)), workGroupSize: device.workGroup,
            localMemoryByteCount: device.localMemory, allocationByteCount: 1 << 30)
        let products = limits.withCandidates(for: TunedShape(product: "linear", rows: 4096, columns: 512, depth: 512))
        let attention = limits.withCandidates(for: TunedShape(attentionOf: 577, headWidth: 64))
        #expect(products.count > 4 && attention.count > 1)
        // The first is what runs without tuning; wide ones are to take more.
        for (constants, _) in products.dropFirst(unit.isWide ? 1 : 0) {
            let slots = constants["STAGES"] ?? ([.mma, .mmaWide, .wgmma, .wgmmaWide, .plain].contains(unit) ? 3 : 2)
            let (rows, panel) = (try #require(constants["TILE_ROWS"]), try #require(constants["PANEL"]))
            #expect(slots * (rows + panel) * 64 <= device.localMemory, "\(constants)")
        }
        for (constants, _) in attention.dropFirst(device.localMemory < 36 << 10 ? 1 : 0) {
            let (queries, keys) = (try #require(constants["QUERIES"]), try #require(constants["KEYS"]))
            #expect(8 * keys * 64 <= device.localMemory && 288 * queries <= device.localMemory, "\(constants)")
        }
    }

    /// Slots by slabs by both factors: `MEMORY` of `product_matrix.cl`.
    @Test("no product of the published network takes more than a small local memory", arguments: [48, 47, 32])
    func localMemory(kibibytes: Int) throws {
        let plan = try Plan.published(storage: .float16)
        for unit in MatrixUnit.allCases where !unit.isWide && !unit.isPlain {
            let limits = KernelLimits(
                forms: KernelForms(.matrix(unit)), workGroupSize: 1024, localMemoryByteCount: kibibytes << 10,
                allocationByteCount: 20 << 30)
            let products = LaunchPlan(plan, limits).variants.map(\.constants).filter { $0["STEP_SLABS"] != nil }
            #expect(!products.isEmpty)
            for constants in products {
                let slabs = try #require(constants["STEP_SLABS"])
                let slots = constants["STAGES"] ?? ([.mma, .wgmma].contains(unit) && slabs == 1 ? 3 : 2)
                let rows = try #require(constants["TILE_ROWS"]) + #require(constants["PANEL"])
                #expect(slots * slabs * rows * 64 <= kibibytes << 10, "\(unit): \(constants)")
            }
        }
    }

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
        return SelfTestResult(KnownAnswer.all.filter { $0.family == family }, storage: .float16) {
            plan, weights throws(BackendError) in
            try OpenCLPreparedPlan(plan, weights: weights, on: context, limits: limits)
        }
    }
}
