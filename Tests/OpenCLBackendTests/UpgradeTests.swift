import COpenCL
import FakeOpenCL
import Foundation
import OpenCLBackend
import Synchronization
import TensorCore
import TestSupport
import Testing

extension FakeDriverTests {
    /// Forms that a device may have and does not say so: taken when they compute known answers, given up with a reason when
    /// not, and either remembered.
    @Suite("Upgrades on NVIDIA")
    struct UpgradeTests {
        private let folder: TemporaryFolder
        private let library: OpenCLLibrary
        private static let wgmma = KernelPath(family: .product, form: .matrix(.wgmma), storage: .float16)

        init() throws {
            folder = try TemporaryFolder()
            var functions = opencl_functions()
            fake_opencl(&functions)
            library = OpenCLLibrary(functions: functions)
            fake_opencl_reset(1 << 30, 1 << 28)
        }

        private func device(_ major: Int32, _ minor: Int32) throws -> OpenCLDevice {
            fake_opencl_be_nvidia(major, minor)
            return try #require(try library.devices().first)
        }

        /// The driver computes nothing: known answers are taken to be right on the paths that `isRight` says.
        private func remember(_ device: OpenCLDevice, _ isRight: (KernelPath) -> Bool) -> PathMemory {
            let memory = PathMemory(folder: folder.path, device: device)
            let passes = SelfTestResult(passed: true, detail: "")
            let paths = PathTable(device, memory: nil) { _ in passes }.all().map(\.path)
            memory.store(paths.filter(isRight).reduce(into: [:]) { $0["\($1)"] = passes })
            return memory
        }

        private func backend(_ device: OpenCLDevice, _ memory: PathMemory) -> OpenCLBackend {
            OpenCLBackend(device, name: "opencl:0", caches: OpenCLBackend.Caches(programs: nil, paths: memory))
        }

        private static func plan() -> (Plan, MemoryWeights) {
            var graph = Graph()
            let x = graph.input(.tensor([1, 64, 64]))
            let op = Linear(weight: .tensor("w", [128, 64]), epilogue: Epilogue())
            graph.outputs = [("y", graph.append(.linear(op), [x], scope: "a", stage: .decoder))]
            let plan = Plan(graph, storage: .float16)
            return (plan, MemoryWeights(for: plan.weights, seed: 1))
        }

        /// Lets the driver hand a text out as every compiled program.
        private func compiling<Result>(to text: String, _ body: () throws -> Result) rethrows -> Result {
            try text.withCString { bytes in
                fake_opencl_compile_to(bytes, text.utf8.count)
                defer { fake_opencl_compile_to("fake", 4) }
                return try body()
            }
        }

        private static let capabilities: [(Int32, Int32, [MatrixUnit], [MatrixUnit])] = [
            (7, 5, [], []),
            (8, 0, [.mmaWide, .mma], [.mma]), (8, 9, [.mmaWide, .mma], [.mma]),
            (9, 0, [.wgmmaWide, .wgmma, .mmaWide, .mma], [.wgmma, .mma]),
            (10, 0, [.mmaWide, .mma], [.mma]), (12, 0, [.mmaWide, .mma], [.mma]),
        ]

        @Test("compute capability decides which are tried", arguments: capabilities)
        func candidates(_ major: Int32, _ minor: Int32, _ product: [MatrixUnit], _ attention: [MatrixUnit]) throws {
            let table = PathTable(try device(major, minor), memory: nil) { _ in SelfTestResult(passed: true, detail: "")
            }
            let units = { (family: KnownAnswer.Family, storage: DataType) in
                table.all().map(\.path).filter { $0.family == family && $0.storage == storage }
                    .compactMap(\.form.matrixUnit)
            }
            #expect(units(.product, .float16) == product && units(.convolution, .bfloat16) == product)
            #expect(units(.attention, .float16) == attention)
            #expect(units(.product, .float32).isEmpty && units(.other, .float16).isEmpty)
            #expect(try table.forms(storage: .float16).product.matrixUnit == product.first)
        }

        @Test("one that passes runs, from a binary for sm_90a")
        func taken() throws {
            let device = try device(9, 0)
            let backend = backend(device, remember(device) { $0.form.matrixUnit?.isWide != true })
            let (plan, weights) = Self.plan()
            try compiling(to: RetargetedPTXTests.sample) {
                // The wide form is tried, computes nothing, and gives way.
                let forms = try backend.paths.forms(storage: .float16)
                #expect(forms.product == .matrix(.wgmma))
                let before = fake_opencl_now().binaries
                let prepared = try backend.prepare(plan, weights: weights)
                _ = try prepared.run([HostTensor(shape: [1, 64, 64], float32: [Float](repeating: 0, count: 4096))])
                // The product alone: weights are packed by a program as it was compiled.
                #expect(fake_opencl_now().binaries == before + 1)
            }
            let binary = String(cString: fake_opencl_last_binary())
            #expect(binary.contains(".target sm_90a,") && !binary.contains("//@sm_90a"))
            let expected = try RetargetedPTX(Array(RetargetedPTXTests.sample.utf8)).bytes
            #expect(binary == String(decoding: expected, as: UTF8.self))
        }

        /// What a driver does, and what must be said of it.
        struct Failure: Sendable, CustomTestStringConvertible {
            let compiled: String
            var refusesBinaries = false
            let reason: String
            var testDescription: String { reason }

            static let all = [
                Failure(compiled: "fake", reason: "the driver's binary is not PTX"),
                Failure(compiled: ".version 8.3\n.target sm_90\n", reason: "lost the comments"),
                Failure(compiled: ".version 8.3\n.target sm_86\n", reason: "compiles for sm_86"),
                Failure(
                    compiled: RetargetedPTXTests.sample, refusesBinaries: true,
                    reason: "clBuildProgram failed with CL_BUILD_PROGRAM_FAILURE (-11)"),
                Failure(compiled: RetargetedPTXTests.sample, reason: "product is off by"),
            ]
        }

        @Test("one that fails gives way to mma, with a reason that is remembered", arguments: Failure.all)
        func refused(_ failure: Failure) throws {
            let device = try device(9, 0)
            let memory = remember(device) { $0.form.matrixUnit == .mma || $0.form.matrixUnit == nil }
            fake_opencl_refuse_binaries(failure.refusesBinaries ? 1 : 0)
            try compiling(to: failure.compiled) {
                let backend = backend(device, memory)
                let forms = try backend.paths.forms(storage: .float16)
                #expect(forms.product == .matrix(.mma) && forms.attention == .matrix(.mma))
                let result = backend.paths.result(of: Self.wgmma)
                #expect(!result.passed && result.detail.contains(failure.reason), "\(result.detail)")
            }
            // A new start neither compiles nor computes, and knows why.
            let sources = fake_opencl_now().sources
            let again = backend(device, memory)
            #expect(try again.paths.forms(storage: .float16).product == .matrix(.mma))
            let result = again.paths.result(of: Self.wgmma)
            #expect(!result.passed && result.detail.contains(failure.reason), "\(result.detail)")
            #expect(fake_opencl_now().sources == sources)
            #expect(fake_opencl_now().live_objects == 0 && fake_opencl_now().misuses == 0)
        }

        @Test("resources that a wide form lacks are remembered", arguments: [true, false])
        func lackingResources(works: Bool) throws {
            let device = try device(8, 9)
            let memory = PathMemory(folder: folder.path, device: device)
            let wide = KernelPath(family: .product, form: .matrix(.mmaWide), storage: .float16)
            let table = PathTable(device, memory: memory) { path in
                switch path.form {
                case .matrix(.mmaWide): SelfTestResult(passed: false, detail: "no resources", ground: .loss)
                case .matrix(.mma): SelfTestResult(passed: works, detail: "")
                default: SelfTestResult(passed: true, detail: "")
                }
            }
            #expect(try table.forms(storage: .float16).product == (works ? .matrix(.mma) : .tile))
            #expect(table.result(of: wide).detail == "no resources")
            #expect(memory.load()["\(wide)"] != nil)
        }

        @Test("a matrix unit that loses the device is not tried again, and what is lost after it is")
        func lostForGood() throws {
            let device = try device(9, 0)
            let memory = PathMemory(folder: folder.path, device: device)
            /// A start of a program on a driver that runs nothing any more once a unit has lost the device.
            func start() -> (table: PathTable, tried: Tried) {
                let tried = Tried()
                let table = PathTable(device, memory: memory) { path in
                    let isLost = tried.paths.withLock { paths in
                        paths.append(path)
                        return paths.contains { $0.family == .product && $0.form.matrixUnit?.readsLocalMemory == true }
                    }
                    return SelfTestResult(passed: !isLost, detail: "", ground: isLost ? .loss : .answers)
                }
                return (table, tried)
            }
            for lost in [MatrixUnit.wgmmaWide, .wgmma] {
                let (table, tried) = start()
                #expect(throws: BackendError.self) { try table.forms(storage: .float16) }
                #expect(tried.paths.withLock(\.first?.form) == .matrix(lost))
            }
            let (table, tried) = start()
            #expect(try table.forms(storage: .float16).product == .matrix(.mmaWide))
            #expect(!tried.paths.withLock { $0.contains(Self.wgmma) })
        }

        /// The paths whose known answers a program computed, in order.
        private final class Tried: Sendable {
            let paths = Mutex<[KernelPath]>([])
        }
    }
}
