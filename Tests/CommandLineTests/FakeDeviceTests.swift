import Foundation
import OpenCLBackend
import TensorCore
import TestSupport
import Testing

/// `fathom` on a machine whose only GPU has a driver that computes nothing (Tests/FakeOpenCL).
@Suite("fathom: devices that fail", .serialized)
struct FakeDeviceTests {
    /// The driver as a shared library, compiled once.
    private static let driver = Result {
        let folder = try TemporaryFolder()
        let sources = ["State.c", "Functions.c"].map { Fixture.packageRoot.path + "/Tests/FakeOpenCL/" + $0 }
        let includes = ["Tests/FakeOpenCL/include", "Sources/COpenCL/include"].map {
            "-I" + Fixture.packageRoot.path + "/" + $0
        }
        let arguments = ["clang", "-shared", "-fPIC", "-DFAKE_OPENCL_LIBRARY", "-o", folder.file("fake.so")]
        let result = try execute("/usr/bin/env", arguments + includes + sources, in: nil)
        #expect(result.status == 0, "\(result.errors)")
        return folder
    }

    private let folder: TemporaryFolder
    private let photograph: String
    private let driver: String

    init() throws {
        folder = try TemporaryFolder()
        driver = try Self.driver.get().file("fake.so")
        photograph = Fixture("mini").path("photo.png")
    }

    private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> ProcessResult {
        let variables = [
            "FATHOM_OPENCL_LIBRARY": driver, "FATHOM_CACHE_DIR": folder.file("cache"), "FATHOM_DEVICE": "",
        ]
        return try execute(
            CommandLineTool.path, arguments, in: folder.path, environment: variables.merging(environment) { $1 })
    }

    private func depth(
        _ device: String, _ environment: [String: String] = [:]
    ) throws -> (result: ProcessResult, archive: Data?) {
        let output = folder.file("out-" + UUID().uuidString)
        let result = try run(
            ["depth", photograph, "--device", device, "--format", "npz", "--output", output]
                + CommandLineTool.modelArguments, environment)
        return (result, FileManager.default.contents(atPath: output + "/photo.npz"))
    }

    /// Notes down that every path of the device computes right, as if it had been tested.
    private func trustDevice() throws {
        let device = try #require(try OpenCLLibrary(path: driver).devices().first)
        let table = PathTable(device, memory: nil) { _ in SelfTestResult(passed: true, detail: "") }
        let results = table.all().map { ("\($0.path)", $0.result) }
        PathMemory(folder: folder.file("cache/paths"), device: device).store(Dictionary(uniqueKeysWithValues: results))
    }

    @Test("a GPU that computes wrong is not taken, and said so")
    func wrongAnswers() throws {
        let devices = try run(["devices"])
        #expect(devices.status == 1)
        #expect(devices.output.contains("opencl:0: Fake GPU"))
        #expect(devices.output.contains("product kernels, f32: tile FAIL (product is off by"))
        #expect(devices.output.contains("\nauto: cpu, because opencl:0"))
        let cpu = try depth("cpu")
        #expect(cpu.result.status == 0 && cpu.result.errors.isEmpty)
        let auto = try depth("auto")
        #expect(auto.result.status == 0 && auto.archive == cpu.archive && cpu.archive != nil)
        #expect(
            auto.result.errors.contains("the CPU runs the model") && auto.result.errors.contains("gives right answers"))
        let chosen = try depth("opencl:0")
        #expect(chosen.result.status == 1 && chosen.result.errors.contains("gives right answers"))
    }

    @Test("a GPU that is lost for good gives way to the CPU when nobody asked for it")
    func lost() throws {
        try trustDevice()
        let cpu = try depth("cpu")
        // Kernels already run while weights are prepared.
        let auto = try depth("auto", ["FAKE_OPENCL_LOSES": "1"])
        #expect(auto.result.status == 0 && auto.archive == cpu.archive && cpu.archive != nil)
        #expect(auto.result.errors.contains("the CPU took over") && auto.result.errors.contains("CL_OUT_OF_RESOURCES"))
        let named = try depth("auto", ["FAKE_OPENCL_LOSES": "1", "FATHOM_DEVICE": "opencl:0"])
        #expect(named.result.status == 1 && named.result.errors.contains("was lost"))
        #expect(named.archive == nil)
    }

    @Test("a GPU that is too small says how much is needed and how much there is")
    func tooSmall() throws {
        try trustDevice()
        let small = try depth("opencl:0", ["FAKE_OPENCL_MEMORY": "20000000"])
        #expect(small.result.status == 1)
        for word in ["even for one crop", "bytes are needed", "the device has 20000000", "choose the CPU (--device)"] {
            #expect(small.result.errors.contains(word), "\(small.result.errors)")
        }
    }

    /// Bytes of a model's weights and activations.
    private func neededByteCount(_ model: WideModel, microBatch: Int) throws -> Int {
        let plan = try run(["plan", "--json", "--micro-batch", "\(microBatch)", "--model", model.path])
        let object = try #require(try plan.objects().first)
        return try #require(object["weight_byte_count"] as? Int) + #require(object["arena_byte_count"] as? Int)
    }

    @Test("a GPU too small for all crops at once takes fewer, and says so")
    func fewerCrops() throws {
        try trustDevice()
        let model = try WideModel()
        let needed = { try neededByteCount(model, microBatch: $0) }
        let (all, half, quarter) = (try needed(35), try needed(18), try needed(9))
        // What a plan needs beside weights and activations: photographs, the weight that is being packed.
        let besides = 10 << 20
        try #require(all - half > besides && half - quarter > besides)
        let memories = [
            (all + besides, nil), (all - 1, 18), (half + besides, 18), (half - 1, 9),
            // The check lets it pass, then an allocation fails.
            (all, 18), (half, 9),
        ]
        for (memory, microBatch) in memories {
            let output = folder.file("out-\(memory)")
            let result = try run(
                [
                    "depth", photograph, "--device", "opencl:0", "--output", output, "--model", model.path,
                    "--focal-px", "500",
                ], ["FAKE_OPENCL_MEMORY": "\(memory)"])
            #expect(result.status == 0, "\(memory) bytes: \(result.errors)")
            let warning = microBatch.map { "fathom: opencl:0 has memory for \($0) crops at a time, not 35\n" }
            #expect(result.errors == warning ?? "", "\(memory) bytes")
        }
        // Too little even for one: what the check says, and what an allocation that fails says.
        for memory in [1 << 20, try needed(1)] {
            let result = try run(
                ["depth", photograph, "--device", "opencl:0", "--model", model.path, "--focal-px", "500"],
                ["FAKE_OPENCL_MEMORY": "\(memory)"])
            #expect(result.status == 1)
            for word in ["even for one crop", "bytes", "the device has \(memory)"] {
                #expect(result.errors.contains(word), "\(result.errors)")
            }
        }
    }

    @Test("a GPU whose memory runs out in a run goes on with fewer crops, and says so")
    func fewerCropsInARun() throws {
        try trustDevice()
        let model = try WideModel()
        let needed = { try neededByteCount(model, microBatch: $0) }
        // Weights are packed by launches, too; a photograph comes to what runs need.
        let (half, quarter) = (try needed(18), try needed(9))
        let arguments = [
            "depth", photograph, "--device", "opencl:0", "--model", model.path, "--focal-px", "500", "--overwrite",
            "--output", folder.file("out"),
        ]
        for (memory, crops) in [(half + (10 << 20), 18), (quarter + (10 << 20), 9)] {
            let result = try run(arguments, ["FAKE_OPENCL_LAUNCHES": "\(memory)"])
            #expect(result.status == 0, "\(memory) bytes: \(result.errors)")
            #expect(result.errors == "fathom: opencl:0 has memory for \(crops) crops at a time, not 35\n")
        }
        let none = try run(arguments, ["FAKE_OPENCL_LAUNCHES": "1000"])
        #expect(none.errors.contains("choose the CPU"), "\(none.errors)")
        #expect(none.status == 1 && none.errors.contains("CL_MEM_OBJECT_ALLOCATION_FAILURE"), "\(none.errors)")
    }

    @Test("a driver's clock that runs backwards or stands still does not disturb depth", arguments: ["1", "2"])
    func brokenClock(_ clock: String) throws {
        try trustDevice()
        let depth = try run(
            ["depth", photograph, "--device", "opencl:0", "--focal-px", "500", "--output", folder.file("out")]
                + CommandLineTool.modelArguments, ["FAKE_OPENCL_CLOCK": clock])
        #expect(depth.status == 0, "\(depth.errors)")
        let profile = try run(
            ["profile", "--device", "opencl:0", "--runs", "1", "--roofline", folder.file("roofline.svg")]
                + CommandLineTool.modelArguments, ["FAKE_OPENCL_CLOCK": clock])
        #expect(profile.status == 1 && profile.errors.contains("stands still"), "\(profile.status) \(profile.errors)")
    }

    @Test("a platform or device that fails is told, and the others are listed", arguments: ["1", "2"])
    func brokenNeighbour(_ part: String) throws {
        try trustDevice()
        let devices = try run(["devices"], ["FAKE_OPENCL_BROKEN": part])
        #expect(devices.status == 0 || devices.output.contains("FAIL"))
        #expect(devices.output.contains("opencl:0: Fake GPU"))
        #expect(devices.output.contains("opencl: a driver failed: clGet"), "\(devices.output)")
    }

    @Test("a driver that fails is told where the CPU takes over, and a mistaken form is an error")
    func failingDriver() throws {
        let auto = try depth("auto", ["FAKE_OPENCL_BROKEN": "4"])
        #expect(auto.result.status == 0 && auto.archive != nil)
        #expect(auto.result.errors.contains("a driver failed: clGetDeviceInfo"), "\(auto.result.errors)")
        for arguments in [["devices"], ["depth", photograph] + CommandLineTool.modelArguments] {
            let mistaken = try run(arguments, ["FATHOM_OPENCL_FORM": "nope"])
            #expect(mistaken.status != 0 && mistaken.errors.contains("FATHOM_OPENCL_FORM is 'nope'"))
        }
    }

    @Test("programs and verdicts lie where nobody else may write, or nowhere", arguments: ["programs", "paths"])
    func untrustedCache(_ name: String) throws {
        try trustDevice()
        let untrusted = folder.file("cache/" + name)
        try FileManager.default.createDirectory(atPath: untrusted, withIntermediateDirectories: true)
        let arguments = [
            "depth", photograph, "--device", "opencl:0", "--focal-px", "500", "--overwrite", "--output",
            folder.file("out"),
        ]
        let trusted = try run(arguments + CommandLineTool.modelArguments)
        #expect(trusted.status == 0, "\(trusted.errors)")
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.file("cache/programs")).isEmpty)
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.file("cache/programs")) {
            try FileManager.default.removeItem(atPath: folder.file("cache/programs/" + file))
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: untrusted)
        let result = try run(arguments + CommandLineTool.modelArguments)
        switch name {
        case "programs":
            #expect(result.status == 0, "\(result.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: untrusted).isEmpty)
            #expect(try run(["devices"]).output.contains("cache: none, as others may write to \(untrusted)"))
        default:
            // The driver computes nothing, and what says otherwise is not believed.
            #expect(result.status == 1 && result.errors.contains("gives right answers"), "\(result.errors)")
        }
    }

    @Test("the kernels that are measured are those of the crops that fit")
    func fewerCropsMeasured() throws {
        try trustDevice()
        let model = try WideModel()
        let needed = try neededByteCount(model, microBatch: 18)
        // Kernels by themselves may fit where not even a crop does.
        for (memory, crops) in [(needed + (10 << 20), 18), (needed - 1, 9), (1 << 20, 1)] {
            let list = try run(
                ["bench", "--list", "--device", "opencl:0", "--model", model.path, "--filter", "mlp.fc1"],
                ["FAKE_OPENCL_MEMORY": "\(memory)"])
            #expect(list.status == 0 && list.output.contains("linear     [\(crops), "), "\(list.output)\(list.errors)")
        }
    }

    @Test("kernels and photographs that come out wrong are not timed")
    func wrongBenchmarks() throws {
        try trustDevice()
        let arguments = ["--model", Fixture("mini").folder.path, "--device", "opencl:0", "--runs", "1", "--json", "-"]
        for subject in [["kernels", "--filter", "mergeTokens"], ["network"]] {
            let result = try run(["bench"] + subject + arguments)
            #expect(result.status == 1 && result.errors.contains("is off by"), "\(result.errors)")
            let report = try #require(try result.objects().first)
            #expect((report["rows"] as? [Any])?.isEmpty == true)
            #expect((report["failures"] as? [[String: Any]])?.isEmpty == false)
        }
    }

    @Test("FATHOM_DEVICE chooses, and a mistake in it is told")
    func environment() throws {
        try trustDevice()
        #expect(
            try run(["devices"], ["FATHOM_DEVICE": "cpu"]).output.contains("auto: cpu, because FATHOM_DEVICE is cpu"))
        let devices = try run(["devices"], ["FATHOM_DEVICE": "opencl:7"])
        #expect(devices.status == 1 && devices.errors.contains("there is no device opencl:7"))
        #expect(devices.output.contains("opencl:0: Fake GPU"))
        let mistaken = try depth("auto", ["FATHOM_DEVICE": "gpu"])
        #expect(mistaken.result.status != 0 && mistaken.result.errors.contains("'gpu'"))
    }

    @Test("a machine without OpenCL runs on the CPU and tells why")
    func noLibrary() throws {
        let missing = ["FATHOM_OPENCL_LIBRARY": "libNoSuchOpenCL.so.1"]
        let devices = try run(["devices"], missing)
        #expect(devices.status == 0 && devices.output.contains("opencl: there is no OpenCL on this machine"))
        let auto = try depth("auto", missing)
        #expect(auto.result.status == 0 && auto.result.errors.isEmpty)
        let chosen = try depth("opencl:0", missing)
        #expect(chosen.result.status == 1 && chosen.result.errors.contains("ocl-icd-libopencl1"))
    }
}
