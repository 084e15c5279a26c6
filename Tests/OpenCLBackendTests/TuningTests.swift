import COpenCL
import CPUBackend
import FakeOpenCL
import Foundation
import OpenCLBackend
import TensorCore
import TestSupport
import Testing

@Suite("OpenCL tuning", .serialized)
struct TuningTests {
    private static let weight = Weight.tensor("weight", [96, 200])

    /// One product and one attention, as a model has them.
    private func plan(storage: DataType = .float32) -> Plan {
        var graph = Graph()
        let x = graph.input(.tensor([2, 150, 200]))
        let op = Linear(weight: Self.weight, epilogue: epilogueCase(channels: 96, bias: true, activation: .gelu))
        let qkv = graph.append(.linear(op), [x], scope: "qkv", stage: .encoders)
        let y = graph.append(.attention(Attention(headCount: 2)), [qkv], scope: "attention", stage: .encoders)
        graph.outputs = [("y", y)]
        return Plan(graph, storage: storage)
    }

    private func tuner(_ backend: OpenCLBackend, storage: DataType = .float32) throws -> KernelTuner {
        let processor = CPUBackend(threadCount: 1)
        return try KernelTuner(backend, storage: storage) { plan, weights throws(BackendError) in
            try processor.prepare(plan, weights: weights)
        }
    }

    private func backend(_ test: TestDevice, _ store: TuningStore? = nil) -> OpenCLBackend {
        OpenCLBackend(test.device, name: "opencl", caches: .init(programs: nil, paths: nil, tuning: store))
    }

    private func bits(_ backend: OpenCLBackend) throws -> [UInt32] {
        var generator = SeededGenerator(seed: 7)
        let x = generator.tensor([2, 150, 200])
        let plan = plan()
        let weights = MemoryWeights(for: plan.weights, seed: 8)
        let result = try backend.prepare(plan, weights: weights).run([x])
        return try #require(result.outputs["y"]?.float32).map(\.bitPattern)
    }

    @Test(
        "a wrong candidate that is the fastest never wins, whether it enters the race or only the final",
        arguments: TestDevice.all, [(DataType.float32, KernelTuner.Stage.race), (.float16, .race), (.float32, .final)])
    func wrongCandidate(_ test: TestDevice, _ way: (storage: DataType, stage: KernelTuner.Stage)) throws {
        guard test.device.kind == .cpu else { return }
        var tuner = try tuner(backend(test), storage: way.storage)
        tuner.wrongCutEnters = way.stage
        let (outcomes, _) = try tuner.tune(plan(storage: way.storage), seconds: 4) { _ in }
        let product = try #require(outcomes.first { $0.record.shape.kernel == "linear" })
        #expect(product.rejected.count == 1)
        let reasons = product.rejected.map(\.reason)
        #expect(reasons.allSatisfy { $0.contains("its result is off") }, "\(reasons)")
        #expect(product.record.seconds > 0)
    }

    @Test(
        "in the forms for GPUs a wrong candidate is left out, and others are timed", arguments: TestDevice.all,
        [(PathOverrides(firstForm: .tile), DataType.float32), (.init(firstForm: .matrix(.plain)), .float16)])
    func formsForGPUs(_ test: TestDevice, _ way: (overrides: PathOverrides, storage: DataType)) throws {
        let backend = OpenCLBackend(
            test.device, name: "opencl", caches: .init(programs: nil, paths: nil),
            overrides: way.overrides)
        #expect(try backend.paths.forms(storage: way.storage).product == way.overrides.firstForm)
        var tuner = try tuner(backend, storage: way.storage)
        tuner.firstCandidateDefect = KernelDefect(way.storage == .float32 ? .subtractedProduct : .swappedFragment)
        let (outcomes, _) = try tuner.tune(plan(storage: way.storage), seconds: 12) { _ in }
        for outcome in outcomes {
            let wrong = try #require(outcome.rejected.first)
            let isWrong = outcome.rejected.allSatisfy {
                $0.reason.contains("its result is off") && $0.constants == wrong.constants
            }
            #expect(isWrong, "\(outcome.rejected)")
            #expect(outcome.record.constants != wrong.constants && outcome.record.seconds > 0)
        }
        let product = try #require(outcomes.first { $0.record.shape.kernel == "linear" })
        #expect(product.timedCount > 0)
    }

    @Test("products that may share weights agree on their panels", arguments: TestDevice.all)
    func sharedPanels(_ test: TestDevice) throws {
        var graph = Graph()
        let op = Op.linear(Linear(weight: Self.weight, epilogue: Epilogue()))
        for rows in [300, 20] {
            let x = graph.input(.tensor([1, rows, 200]))
            graph.outputs.append(("y\(rows)", graph.append(op, [x], scope: "qkv", stage: .encoders)))
        }
        let backend = backend(test)
        let (outcomes, leftOut) = try tuner(backend).tune(Plan(graph), seconds: 5) { _ in }
        // Both or none.
        #expect(outcomes.count == 2 || leftOut == 2)
        #expect(Set(outcomes.map { $0.record.constants["PANEL"] }).count <= 1, "\(outcomes)")
        let limits = KernelLimits(test.device, forms: try backend.paths.forms(storage: .float32))
        let cuts = TunedCuts(outcomes.map(\.record), storage: .float32, limits)
        #expect(cuts.count == outcomes.count)
    }

    @Test("tuned plans are right, and the same bits at every start", arguments: TestDevice.all)
    func sameBits(_ test: TestDevice) throws {
        let folder = try TemporaryFolder()
        let store = TuningStore(folder: folder.path)
        let untuned = backend(test)
        let (outcomes, leftOut) = try tuner(untuned).tune(plan(), seconds: 5) { _ in }
        #expect(outcomes.count + leftOut == 2)
        try store.add(outcomes.map(\.record))
        let tuned = backend(test, store)
        #expect(tuned.tuning.warning == nil)
        #expect(tuned.device.properties.contains { $0.name == "tuned kernels" && $0.value.contains("f32") })
        let (first, plain) = (try bits(tuned), try bits(untuned))
        #expect(try bits(backend(test, store)) == first)
        let pairs = zip(first, plain).map { (Float(bitPattern: $0), Float(bitPattern: $1)) }
        #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) })
    }

    /// A device of a test behind a driver that loses it whenever a kernel with a constant is launched.
    private func poisoned(_ test: TestDevice, _ constant: String, _ value: Int) throws -> OpenCLBackend {
        var functions = opencl_functions()
        let path = ProcessInfo.processInfo.environment["FATHOM_OPENCL_LIBRARY"] ?? "libOpenCL.so.1"
        #expect(opencl_load(path, &functions) == nil)
        fake_opencl_poison(&functions, "-D\(constant)=\(value)")
        let devices = try OpenCLLibrary(functions: functions).devices()
        let device = try #require(
            devices.first { $0.name == test.device.name && $0.platform.name == test.device.platform.name })
        return OpenCLBackend(device, name: "opencl", caches: .init(programs: nil, paths: nil, tuning: nil))
    }

    @Test("a candidate that takes the device with it is not run again, and tuning goes on", arguments: TestDevice.all)
    func lostDevice(_ test: TestDevice) throws {
        guard try backend(test).paths.forms(storage: .float32).product == .vector else { return }
        // No kernel without tuning has that many rows.
        let (outcomes, leftOut) = try tuner(poisoned(test, "ITEM_ROWS", 3)).tune(plan(), seconds: 20) { _ in }
        #expect(leftOut == 0)
        let product = try #require(outcomes.first { $0.record.shape.kernel == "linear" })
        let lost = product.rejected.filter { $0.reason.contains("takes the device with it") }
        #expect(!lost.isEmpty && lost.allSatisfy { $0.constants["ITEM_ROWS"] == 3 }, "\(product.rejected)")
        #expect(Set(lost.map(\.constants)).count == lost.count)
        #expect(product.record.constants["ITEM_ROWS"] != 3 && product.timedCount > 0)
    }

    @Test("a device that is lost without tuning ends it with an error", arguments: TestDevice.all.prefix(1))
    func lostWithoutTuning(_ test: TestDevice) throws {
        let backend = try poisoned(test, "HEAD_WIDTH", 16)
        let error = #expect(throws: BackendError.self) {
            _ = try tuner(backend).tune(plan(), seconds: 5) { _ in }
        }
        guard case .deviceLost = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test("without time nothing is measured", arguments: TestDevice.all.prefix(1))
    func noTime(_ test: TestDevice) throws {
        let (outcomes, leftOut) = try tuner(backend(test)).tune(plan(), seconds: 0) { _ in }
        #expect(outcomes.isEmpty && leftOut == 2)
    }
}

@Suite("Tuning files")
struct TuningFileTests {
    private func record(
        rows: Int = 300, seconds: Double = 1,
        constants: [String: Int] = ["PANEL": 32, "ITEM_ROWS": 6, "WIDTH": 16]
    ) -> TuningRecord {
        TuningRecord(
            shape: TunedShape(product: "linear", rows: rows, columns: 96, depth: 200), precision: "f32",
            place: .init(platform: "p", device: "d", driver: "1", source: "0123"), form: "vector",
            constants: constants, seconds: seconds, untunedSeconds: 2)
    }

    @Test("what is written is read, and new records replace old ones of the same shape and place")
    func roundTrip() throws {
        var file = TuningFile([record()])
        #expect(try TuningFile(file.text).records == [record()])
        file.merge([record(seconds: 0.5), record(rows: 3000)])
        #expect(Set(try TuningFile(file.text).records) == [record(seconds: 0.5), record(rows: 3000)])
    }

    @Test(
        "a damaged file is a warning with its path and no tuning",
        arguments: ["", "{}\n", "{\"fathomTuning\":99}\n", "{\"fathomTuning\":1}\n{\"shape\":", "\u{0}\u{1}", "[1]"])
    func damaged(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Data(text.utf8), "tuning.jsonl")
        let (records, warning) = TuningStore(folder: folder.path).users()
        #expect(records.isEmpty)
        let words = try #require(warning)
        #expect(words.contains(path) && words.contains("fathom tune"))
        #expect(throws: TuningFile.Damaged.self) { try TuningFile(text) }
    }

    @Test("a damaged file is replaced when something is tuned, and a missing one is no warning")
    func replaced() throws {
        let folder = try TemporaryFolder()
        let store = TuningStore(folder: folder.path)
        #expect(store.users().records.isEmpty && store.users().warning == nil)
        try folder.write(Data("damaged".utf8), "tuning.jsonl")
        try store.add([record()])
        #expect(store.users().records == [record()] && store.users().warning == nil)
        #expect(try folder.allFiles() == ["tuning.jsonl"])
    }

    @Test("tuners of several devices add to one file at the same time")
    func concurrent() async throws {
        let folder = try TemporaryFolder()
        await withTaskGroup(of: Void.self) { group in
            for exponent in 0..<20 {
                let record = record(rows: 1 << exponent)
                group.addTask { try? TuningStore(folder: folder.path).add([record]) }
            }
        }
        #expect(TuningStore(folder: folder.path).users().records.count == 20)
    }

    @Test("a shape that is best without tuning keeps that cut", arguments: TestDevice.all.prefix(1))
    func keptUntuned(_ test: TestDevice) throws {
        let limits = KernelLimits(test.device, form: .vector)
        let shape = record(rows: 256).shape
        let (untuned, others) = (limits.withCandidates(for: shape)[0], limits.withCandidates(for: shape).dropFirst())
        let kept = record(rows: 4096, constants: [:])
        let cuts = { (cut: [String: Int]) in
            TunedCuts([record(rows: 256, constants: cut), kept], storage: .float32, limits)
        }
        let samePanel = try #require(others.first { $0.constants["PANEL"] == untuned.constants["PANEL"] }).constants
        let both = cuts(samePanel)
        #expect(both.count == 2 && both.constants(shape) == samePanel && both.constants(kept.shape) == nil)
        // Where panels differ the shape with more rows decides.
        let otherPanel = try #require(others.first { $0.constants["PANEL"] != untuned.constants["PANEL"] }).constants
        #expect(cuts(otherPanel).count == 1 && cuts(otherPanel).constants(shape) == nil)
    }

    @Test("a cut that no candidate has is not run", arguments: TestDevice.all.prefix(1))
    func unknownCut(_ test: TestDevice) {
        let limits = KernelLimits(test.device, form: .vector)
        #expect(TunedCuts([record()], storage: .float32, limits).count == 1)
        for (name, value) in [("PANEL", 0), ("PANEL", 1 << 40), ("ITEM_ROWS", -6), ("ITEM_ROWS", 7), ("TAPS", 3)] {
            var constants = record().constants
            constants[name] = value
            let old = record()
            let changed = TuningRecord(
                shape: old.shape, precision: old.precision, place: old.place, form: old.form, constants: constants,
                seconds: 1, untunedSeconds: 2)
            #expect(TunedCuts([changed], storage: .float32, limits).count == 0, "\(name)=\(value)")
        }
        #expect(TunedCuts([record()], storage: .float16, limits).count == 0)
    }

    @Test(
        "the records that come with the program compute right",
        arguments: TestTarget.main.filter { $0.form == .vector && $0.storage == .float32 })
    func defaultsCompute(_ target: TestTarget) throws {
        for record in TuningStore.defaults {
            let candidates = target.limits.withCandidates(for: record.shape)
            let limits = try #require(candidates.first { $0.constants == record.constants }, "\(record)").limits
            let shape =
                switch record.shape.kernel {
                case "conv2d": ProductCases.convolution[1]
                case "upsample_conv": ProductCases.upsample[1]
                case "subpixel_conv": ProductCases.subpixel[1]
                case "attention": TokenCases.attention[1]
                default: ProductCases.linear[1]
                }
            try target.check(shape, limits: limits)
        }
    }

    @Test("the records that come with the program are candidates of their form", arguments: TestDevice.all.prefix(1))
    func defaults(_ test: TestDevice) throws {
        for record in TuningStore.defaults {
            let form = try #require(KernelForm.portable.first { $0.rawValue == record.form })
            let limits = KernelLimits(test.device, form: form)
            let storage = try #require(DataType.ofKernels.first { $0.precisionName == record.precision })
            #expect(TunedCuts([record], storage: storage, limits).count == 1, "\(record)")
        }
    }
}
