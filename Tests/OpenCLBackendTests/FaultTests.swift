import COpenCL
import FakeOpenCL
import Foundation
import OpenCLBackend
import OpenCLKernels
import TensorCore
import TestSupport
import Testing

/// What a driver that computes nothing can show. Its state is global, so that these run one after the other.
@Suite("Fake driver", .serialized)
struct FakeDriverTests {}

extension FakeDriverTests {
    /// A device that fails at any call: no crash, no leak, a clear error.
    @Suite("OpenCL faults")
    struct FaultTests {
        /// A small plan with everything that a run does: a photograph, packed weights, vectors, products of weights.
        private struct Example {
            let plan: Plan
            let weights: MemoryWeights
            let photograph = HostTensor(shape: [5, 7, 3], uint8: (0..<105).map { UInt8($0) })

            init(storage: DataType) {
                var graph = Graph()
                let image = graph.append(
                    .prepareImage(PrepareImage(side: 8)), [graph.input(.photograph)], scope: "a", stage: .prepare)
                let product = Weight.product(.tensor("left", [4, 5]), .tensor("right", [5, 27]))
                let kernel = Weight.reshaped(product, [4, 3, 3, 3])
                let epilogue = Epilogue(bias: .tensor("bias", [4]), activation: .relu)
                let map = graph.append(
                    .conv2D(Conv2D(weight: kernel, padding: 1, epilogue: epilogue)), [image], scope: "b",
                    stage: .decoder)
                graph.outputs = [("map", map)]
                plan = Plan(graph, storage: storage)
                weights = MemoryWeights(for: plan.weights, seed: 1)
            }

            /// Prepares and runs through a driver; everything is released on the way out.
            func run(_ library: OpenCLLibrary, paths: PathMemory, programs: ProgramCache? = nil) throws {
                let device = try #require(try library.devices().first)
                let caches = OpenCLBackend.Caches(programs: programs, paths: paths)
                let backend = OpenCLBackend(device, name: "opencl:0", caches: caches)
                let prepared = try backend.prepare(plan, weights: weights)
                for _ in 0..<2 { _ = try prepared.run([photograph]) }
            }
        }

        private let folder: TemporaryFolder
        private let library: OpenCLLibrary
        private let paths: PathMemory

        init() throws {
            folder = try TemporaryFolder()
            var functions = opencl_functions()
            fake_opencl(&functions)
            library = OpenCLLibrary(functions: functions)
            Self.reset()
            let device = try #require(try library.devices().first)
            // The driver computes nothing: its known answers are taken to be right.
            paths = PathMemory(folder: folder.path, device: device)
            let passes = SelfTestResult(passed: true, detail: "")
            var results: [String: SelfTestResult] = [:]
            _ = PathTable(device, memory: nil) { path in passes }.all().map { results["\($0.path)"] = $0.result }
            paths.store(results)
        }

        /// The driver's device, whose known answers are taken to be right.
        private func backend() throws -> OpenCLBackend {
            let device = try #require(try library.devices().first)
            return OpenCLBackend(device, name: "", caches: .init(programs: nil, paths: paths))
        }

        private static func reset(memory: Int = 1 << 30, allocation: Int = 1 << 28) {
            fake_opencl_reset(memory, allocation)
        }

        private func expectNothingLeft(_ what: String) {
            let now = fake_opencl_now()
            #expect(now.live_objects == 0 && now.live_bytes == 0, "\(what): \(now.live_objects) objects left")
            #expect(now.live_mappings == 0, "\(what): a buffer is still mapped")
            #expect(now.misuses == 0, "\(what): \(now.misuses) uses of a dead handle")
        }

        /// The name of the call that failed; the driver's functions have the real names and an underscore.
        private var failedCall: String? { fake_opencl_now().last_call.map { String(String(cString: $0).dropLast()) } }

        @Test(
            "any one call that fails gives an error that names it, or does not matter",
            arguments: [DataType.float32, .float16])
        func oneCall(_ storage: DataType) throws {
            let example = Example(storage: storage)
            try example.run(library, paths: paths)
            expectNothingLeft("without a failure")
            let count = fake_opencl_now().calls
            #expect(count > 100)
            var errorCount = 0
            for call in 1...count {
                for status in [Int32(-30), -4, -6] {
                    Self.reset()
                    fake_opencl_fail(call, status, 0)
                    do {
                        try example.run(library, paths: paths)
                    } catch {
                        errorCount += 1
                        let text = "\(error)"
                        let name = try #require(failedCall)
                        #expect(text.contains(name), "call \(call), status \(status): '\(text)' does not name \(name)")
                        #expect(text.contains(OpenCLError.name(of: status)), "call \(call): \(text)")
                    }
                    expectNothingLeft("call \(call), \(failedCall ?? "none"), status \(status)")
                }
            }
            // Most calls matter; a compiler's log, say, does not.
            #expect(errorCount > count)
        }

        @Test(
            "any one call that fails while programs are stored or loaded is an error or does not matter",
            arguments: [true, false])
        func oneCallOfTheCache(isStored: Bool) throws {
            let example = Example(storage: .float32)
            let stored = ProgramCache(folder: folder.file("programs"))
            try example.run(library, paths: paths, programs: stored)
            Self.reset()
            let programs = { (call: Int) in isStored ? stored : ProgramCache(folder: folder.file("programs-\(call)")) }
            try example.run(library, paths: paths, programs: programs(0))
            let (count, binaryCount) = (fake_opencl_now().calls, fake_opencl_now().binaries)
            #expect((binaryCount > 0) == isStored)
            var failed = Set<String>()
            for call in 1...count {
                Self.reset()
                fake_opencl_fail(call, -30, 0)
                do {
                    try example.run(library, paths: paths, programs: programs(call))
                } catch {
                    let name = try #require(failedCall)
                    #expect("\(error)".contains(name), "call \(call): '\(error)' does not name \(name)")
                }
                failed.insert(failedCall ?? "none")
                expectNothingLeft("call \(call), \(failedCall ?? "none")")
                // What was stored meanwhile is sound.
                Self.reset()
                try example.run(library, paths: paths, programs: programs(call))
            }
            #expect(failed.contains(isStored ? "clCreateProgramWithBinary" : "clGetProgramInfo"), "\(failed)")
        }

        @Test(
            "a device lost at any call of a run is opened anew and the run repeated", arguments: [-5, -14, -36, -9999])
        func lost(_ status: Int32) throws {
            let example = Example(storage: .float32)
            // How many calls a run makes.
            Self.reset()
            var runCalls = 0
            do {
                let prepared = try backend().prepare(example.plan, weights: example.weights)
                let before = fake_opencl_now().calls
                _ = try prepared.run([example.photograph])
                runCalls = fake_opencl_now().calls - before
            }
            for call in 1...runCalls {
                Self.reset()
                do {
                    let prepared = try backend().prepare(example.plan, weights: example.weights)
                    fake_opencl_fail(call, status, 1)
                    _ = try prepared.run([example.photograph])
                    // Lost while it is asked for times, after the results were read, it is the next run that finds out.
                    let isAfterwards = failedCall == "clGetEventProfilingInfo"
                    #expect(
                        fake_opencl_now().contexts == (isAfterwards ? 1 : 2), "call \(call), \(failedCall ?? "none")")
                    _ = try prepared.run([example.photograph])
                    #expect(fake_opencl_now().contexts == 2)
                }
                expectNothingLeft("lost at call \(call), \(failedCall ?? "none")")
            }
        }

        @Test("a device lost at any call at all gives a clear error or the result")
        func lostAnywhere() throws {
            let example = Example(storage: .float16)
            Self.reset()
            try example.run(library, paths: paths)
            for call in 1...fake_opencl_now().calls {
                Self.reset()
                fake_opencl_fail(call, -5, 1)
                do {
                    try example.run(library, paths: paths)
                } catch {
                    #expect("\(error)".contains("CL_OUT_OF_RESOURCES (-5)"), "call \(call): \(error)")
                }
                expectNothingLeft("call \(call), \(failedCall ?? "none")")
            }
        }

        @Test("a lost plan is released before its successor takes its memory, and its context given up once")
        func lostMemory() throws {
            let example = Example(storage: .float32)
            Self.reset()
            do {
                let backend = try backend()
                let first = try backend.prepare(example.plan, weights: example.weights)
                _ = try first.run([example.photograph])
                let alone = fake_opencl_now()
                fake_opencl_fail(1, -5, 1)
                _ = try first.run([example.photograph])
                #expect(fake_opencl_now().peak_bytes == alone.peak_bytes && fake_opencl_now().contexts == 2)
                // Both lose the second context; who comes later joins the other in the third.
                let second = try backend.prepare(example.plan, weights: example.weights)
                fake_opencl_fail(1, -5, 1)
                for plan in [first, second, first, second] { _ = try plan.run([example.photograph]) }
                #expect(fake_opencl_now().contexts == 3)
            }
            expectNothingLeft("lost with room for one")
        }

        @Test("memory that is short after a loss is no second loss")
        func fullAfterLoss() throws {
            let example = Example(storage: .float32)
            Self.reset()
            do {
                let backend = try backend()
                let prepared = try backend.prepare(example.plan, weights: example.weights)
                fake_opencl_fail(1, -5, 1)
                fake_opencl_limit_launches(1)
                let error = #expect(throws: BackendError.self) { try prepared.run([example.photograph]) }
                guard case .outOfDeviceMemory = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
            expectNothingLeft("full after a loss")
        }

        @Test("a clock that runs backwards or stands still costs the times and nothing else", arguments: [1, 2])
        func brokenClock(_ clock: UInt32) throws {
            let example = Example(storage: .float32)
            Self.reset()
            fake_opencl_set_clock(fake_opencl_clock(clock))
            do {
                let backend = try backend()
                let result = try backend.prepare(example.plan, weights: example.weights).run([example.photograph])
                #expect(result.outputs.count == 1 && result.nodeSeconds.allSatisfy { $0 == 0 })
                let error = #expect(throws: BackendError.self) { try backend.measureRoof() }
                #expect("\(try #require(error))".contains("stands still"))
            }
            expectNothingLeft("clock \(clock)")
        }

        @Test("what is broken hides no device that works", arguments: [1, 2, 3])
        func brokenNeighbour(_ part: UInt32) throws {
            Self.reset()
            fake_opencl_break(fake_opencl_broken(part))
            let survey = try library.survey()
            #expect(survey.devices.map(\.name) == ["Fake GPU"])
            #expect(survey.failures.count == (part == 3 ? 0 : 1))
            #expect(survey.devices.first?.limits.sharesHostMemory == false)
            try Example(storage: .float32).run(library, paths: paths)
            expectNothingLeft("broken \(part)")
        }

        @Test(
            "a processor gets items of its own as wide as its registers, unless its driver fills them with work-items",
            arguments: [(0, 16), (1, 16), (4, 4), (8, 8), (16, 16)])
        func processors(_ told: Int32, _ width: Int) throws {
            Self.reset()
            fake_opencl_be_processor(told)
            let device = try #require(try library.devices().first)
            #expect(device.kind == .cpu && device.limits.nativeVectorWidth == Int(told))
            let limits = KernelLimits(device)
            #expect(limits.forms == KernelForms(told == 1 ? .tile : .vector) && limits.vectorWidth == width)
        }

        @Test("a weight that no buffer holds is named, with its bytes")
        func wideWeight() throws {
            var graph = Graph()
            let x = graph.input(.tensor([1, 1, 64]))
            let op = Linear(weight: .tensor("wide.weight", [64, 64]), epilogue: Epilogue())
            graph.outputs = [("y", graph.append(.linear(op), [x], scope: "wide", stage: .encoders))]
            let plan = Plan(graph)
            Self.reset(allocation: 64 * 64 * 4 - 1)
            let backend = try backend()
            let error = #expect(throws: BackendError.self) {
                _ = try backend.prepare(plan, weights: MemoryWeights(for: plan.weights, seed: 1))
            }
            let text = "\(try #require(error))"
            #expect(text.contains("wide.weight") && text.contains("16384 bytes") && text.contains("16383"), "\(text)")
        }

        @Test("a device that stays lost is an error, and the next run tries again")
        func lostTwice() throws {
            let example = Example(storage: .float32)
            Self.reset()
            do {
                let backend = try backend()
                let prepared = try backend.prepare(example.plan, weights: example.weights)
                // Lost at the first call, and it does not come back.
                fake_opencl_fail(1, -5, 1)
                fake_opencl_forbid_contexts(1)
                defer { fake_opencl_forbid_contexts(0) }
                let error = #expect(throws: BackendError.self) { try prepared.run([example.photograph]) }
                let text = "\(try #require(error))"
                #expect(text.contains("CL_OUT_OF_RESOURCES") && text.contains("clCreateContext"), "\(text)")
                fake_opencl_forbid_contexts(0)
                _ = try prepared.run([example.photograph])
            }
            expectNothingLeft("lost twice")
        }

        @Test("a plan too large for the device says how many bytes are needed and there")
        func tooLarge() throws {
            let example = Example(storage: .float32)
            let needed = example.plan.memory.byteCount
            for memory in stride(from: 256, through: 40_000, by: 256) {
                Self.reset(memory: memory, allocation: memory)
                do {
                    try example.run(library, paths: paths)
                } catch BackendError.outOfDeviceMemory(let device, let reason) {
                    #expect(device == "Fake GPU")
                    #expect(reason.contains("bytes"), "\(reason)")
                    if memory < needed { #expect(reason.contains("\(memory)"), "\(reason)") }
                }
                expectNothingLeft("\(memory) bytes")
            }
        }
    }
}
