import Foundation
import OpenCLBackend
import Synchronization
import TensorCore
import TestSupport
import Testing

@Suite("Kernel paths")
struct PathTests {
    /// Counts the tests of paths and decides which are right.
    private final class Tests: Sendable {
        private let seen = Mutex<[KernelPath]>([])
        /// How many tests ran.
        var count: Int { seen.withLock { $0.count } }
        private let isRight: @Sendable (KernelPath) -> Bool

        init(_ isRight: @escaping @Sendable (KernelPath) -> Bool) { self.isRight = isRight }

        func run(_ path: KernelPath) -> SelfTestResult {
            seen.withLock { $0.append(path) }
            return SelfTestResult(passed: isRight(path), detail: isRight(path) ? "right" : "off by 7")
        }
    }

    @Test("every path computes known answers on every device", arguments: TestDevice.all)
    func all(_ test: TestDevice) throws {
        let backend = OpenCLBackend(test.device, name: "opencl", caches: OpenCLBackend.Caches.none)
        let results = backend.paths.all()
        #expect(
            results.count == KnownAnswer.Family.allCases.count * KernelForm.portable.count * DataType.ofKernels.count)
        for (path, result) in results { #expect(result.passed, "\(test.testDescription), \(path): \(result.detail)") }
        #expect(backend.selfTest().passed)
    }

    @Test("the known answer of many tiles is right", arguments: TestDevice.all)
    func crowded(_ test: TestDevice) throws {
        let context = try OpenCLContext(test.device)
        let limits = KernelLimits(test.device)
        let result = SelfTestResult([.crowdedProduct], storage: .float16) { plan, weights throws(BackendError) in
            try OpenCLPreparedPlan(plan, weights: weights, on: context, limits: limits)
        }
        #expect(result.passed, "\(result.detail)")
    }

    @Test("a path that fails gives way to the next of its family alone", arguments: TestDevice.all.prefix(1))
    func demotion(_ test: TestDevice) throws {
        let best = KernelForm(for: test.device)
        let next = try #require(KernelForm.portable.first { $0 != best })
        let tests = Tests { !($0.family == .attention && $0.form == best && $0.storage == .float16) }
        let table = PathTable(test.device, memory: nil) { tests.run($0) }
        #expect(try table.forms(storage: .float32) == KernelForms(best))
        var expected = KernelForms(best)
        expected.attention = next
        #expect(try table.forms(storage: .float16) == expected)
        let convolution = Tests { !($0.family == .convolution && $0.form == best) }
        expected = KernelForms(best)
        expected.product = next
        #expect(
            try PathTable(test.device, memory: nil) { convolution.run($0) }.forms(storage: .float32) == expected)
    }

    @Test("a family without a right path is an error that says what each did", arguments: TestDevice.all.prefix(1))
    func none(_ test: TestDevice) {
        let table = PathTable(test.device, memory: nil) { path in
            SelfTestResult(passed: path.family != .other, detail: "off by 7")
        }
        let error = #expect(throws: BackendError.self) { try table.forms(storage: .float32) }
        let text = error.map { "\($0)" } ?? ""
        for word in ["other f32 tile: off by 7", "other f32 vector: off by 7", test.device.name] {
            #expect(text.contains(word), "\(text)")
        }
    }

    @Test(
        "results are remembered from start to start, and damage is computed again", arguments: TestDevice.all.prefix(1))
    func memory(_ test: TestDevice) throws {
        let folder = try TemporaryFolder()
        let memory = PathMemory(folder: folder.path, device: test.device)
        let first = Tests { $0.form == .vector }
        let forms = try PathTable(test.device, memory: memory) { first.run($0) }.forms(storage: .float32)
        #expect(forms == KernelForms(.vector) && first.count > 0)

        let second = Tests { _ in false }
        #expect(try PathTable(test.device, memory: memory) { second.run($0) }.forms(storage: .float32) == forms)
        #expect(second.count == 0)

        let file = try #require(try folder.allFiles().first)
        for damaged in ["", "{", "[]", "{\"product f32 vector\": 7}"] {
            try Data(damaged.utf8).write(to: URL(fileURLWithPath: folder.file(file)))
            let again = Tests { $0.form == .vector }
            #expect(try PathTable(test.device, memory: memory) { again.run($0) }.forms(storage: .float32) == forms)
            #expect(again.count == first.count)
        }
    }

    @Test("a device that was full is tested again at the next start", arguments: TestDevice.all.prefix(1))
    func transient(_ test: TestDevice) throws {
        let folder = try TemporaryFolder()
        let memory = PathMemory(folder: folder.path, device: test.device)
        let path = KernelPath(family: .product, form: .tile, storage: .float32)
        let full = SelfTestResult(passed: false, detail: "full", ground: .shortage)
        #expect(!PathTable(test.device, memory: memory) { _ in full }.result(of: path).passed)
        let tests = Tests { _ in true }
        #expect(PathTable(test.device, memory: memory) { tests.run($0) }.result(of: path).passed)
        #expect(tests.count == 1)
    }

    @Test(
        "a driver that refuses is asked again at the next start, but for a matrix unit that it does not have",
        arguments: TestDevice.all.prefix(1))
    func refusal(_ test: TestDevice) throws {
        let folder = try TemporaryFolder()
        let memory = PathMemory(folder: folder.path, device: test.device)
        for (form, count) in [(KernelForm.tile, 1), (.vector, 1), (.emulation(.mma), 1), (.matrix(.mma), 0)] {
            let path = KernelPath(family: .product, form: form, storage: .float16)
            let refused = SelfTestResult(passed: false, detail: "does not build", ground: .refusal)
            #expect(!PathTable(test.device, memory: memory) { _ in refused }.result(of: path).passed)
            let tests = Tests { _ in true }
            #expect(PathTable(test.device, memory: memory) { tests.run($0) }.result(of: path).passed == (count == 1))
            #expect(tests.count == count, "\(path)")
        }
    }

    /// A plan whose weight is a product of two, and its result on a device.
    private func productOfWeights(_ prepare: (Plan, MemoryWeights) throws -> any PreparedPlan) throws -> [Float] {
        var graph = Graph()
        let x = graph.input(.tensor([1, 3, 20]))
        let weight = Weight.product(.tensor("left", [24, 30]), .tensor("right", [30, 20]))
        graph.outputs = [
            ("y", graph.append(.linear(Linear(weight: weight, epilogue: Epilogue())), [x], scope: "y", stage: .decoder))
        ]
        let plan = Plan(graph)
        var generator = SeededGenerator(seed: 5)
        let result = try prepare(plan, MemoryWeights(for: plan.weights, seed: 6)).run([generator.tensor([1, 3, 20])])
        return try #require(result.outputs["y"]?.float32)
    }

    @Test("weights are multiplied by kernels that were found right, too", arguments: TestDevice.all)
    func weights(_ test: TestDevice) throws {
        let context = try OpenCLContext(test.device)
        var broken = KernelLimits(test.device)
        let expected = try productOfWeights { try OpenCLPreparedPlan($0, weights: $1, on: context) }
        let path = KernelPath(family: .product, form: KernelForm(for: test.device), storage: .float32)
        broken.defect = KernelDefect(breaking: path)
        let found = try productOfWeights {
            try OpenCLPreparedPlan($0, weights: $1, on: context, weightLimits: broken)
        }
        #expect(zip(found, expected).contains { abs($0 - $1) > 0.1 })
        // The back end gives that path up.
        let backend = OpenCLBackend(
            test.device, name: "opencl", caches: OpenCLBackend.Caches.none, overrides: PathOverrides(brokenPath: path))
        let demoted = try productOfWeights { try backend.prepare($0, weights: $1) }
        expectClose(demoted, expected.map(Double.init), absolute: 1e-4, "\(test.testDescription)")
    }

    @Test("a kernel runs in the form of its family, whatever the others", arguments: TestDevice.all)
    func mixed(_ test: TestDevice) throws {
        for family in 0..<3 {
            var forms = KernelForms(.vector)
            if family == 0 { forms.product = .tile }
            if family == 1 { forms.attention = .tile }
            if family == 2 { forms.layerNorm = .tile }
            let context = try OpenCLContext(test.device)
            let limits = KernelLimits(test.device, forms: forms)
            let result = SelfTestResult { plan, weights throws(BackendError) in
                try OpenCLPreparedPlan(plan, weights: weights, on: context, limits: limits)
            }
            #expect(result.passed, "\(result.detail)")
        }
    }
}

@Suite("OpenCL roof")
struct RoofTests {
    @Test("arithmetic and memory have a measured speed", arguments: TestDevice.all, [DataType.float32, .bfloat16])
    func roof(_ test: TestDevice, storage: DataType) throws {
        let roof = try OpenCLBackend(test.device, name: "opencl").measureRoof(storage: storage)
        #expect(roof.arithmetic.name == "f32 multiply-add" && roof.arithmetic.perSecond > 1e8)
        #expect(
            roof.otherArithmetic.map(\.name)
                == (test.device.extensions.contains("cl_khr_fp16") ? ["f16 multiply-add"] : []))
        #expect(roof.memory.map(\.name) == ["copy", "triad"])
        for rate in roof.memory + roof.otherArithmetic { #expect(rate.perSecond > 1e7 && rate.perSecond.isFinite) }
    }
}
