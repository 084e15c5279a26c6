import Fathom
import OpenCLBackend
import TestSupport
import Testing

/// The mini model on every OpenCL device of the machine. `LibraryTests.required` fails when one that must be there is
/// missing. One after the other, because of PoCL 3.1 (docs/kernels.md).
@Suite("Depth on OpenCL devices", .serialized)
struct OpenCLDeviceTests {
    static let indices: [Int] = {
        let count = (try? OpenCLLibrary.system.get().devices().count) ?? 0
        return Array(0..<count)
    }()

    private static let onCPU = Result {
        try Fixture.mini.estimator { $0.device = .cpu }.estimate(Fixture.mini.photograph())
    }

    @Test(
        "gives the CPU's depth", arguments: indices, [(Precision.float32, 2e-4), (.float16, 1e-2), (.bfloat16, 8e-2)])
    func depth(index: Int, precision: (Precision, Double)) throws {
        let estimator = try Fixture.mini.estimator {
            $0.device = .openCL("\(index)")
            $0.precision = precision.0
        }
        #expect(estimator.deviceName == "opencl:\(index)" && estimator.deviceWarning == nil)
        let depth = try estimator.estimate(Fixture.mini.photograph())
        let expected = try Self.onCPU.get()
        let greatest = expected.metres.map { 1 / Double($0) }.max() ?? 0
        let errors = zip(depth.metres, expected.metres).map { abs(1 / Double($0) - 1 / Double($1)) }
        #expect(errors.count == expected.metres.count)
        #expect(errors.allSatisfy { $0 <= precision.1 * greatest }, "\(errors.max() ?? .nan) of \(greatest)")
        #expect(abs(depth.focalLengthPixels / expected.focalLengthPixels - 1) < precision.1)
        #expect(depth.seconds.encoders > 0 && depth.seconds.decoder > 0)
    }

    @Test("can be chosen by a part of the name", arguments: indices)
    func byName(index: Int) throws {
        let devices = try OpenCLLibrary.system.get().devices()
        let platform = devices[index].platform.name
        guard devices.count(where: { $0.platform.name == platform }) == 1 else { return }
        let estimator = try Fixture.mini.estimator { $0.device = .openCL(platform.uppercased()) }
        #expect(estimator.deviceName == "opencl:\(index)")
    }

    @Test("the best of equal processors is the first", .enabled(if: indices.count > 1))
    func best() throws {
        let devices = try OpenCLLibrary.system.get().devices()
        guard devices.allSatisfy({ $0.kind == .cpu }), Set(devices.map(\.limits.computeUnitCount)).count == 1 else {
            return
        }
        #expect(try Fixture.mini.estimator { $0.device = .openCL("") }.deviceName == "opencl:0")
    }

    @Test("a name that fits none or several is refused with what there is", .enabled(if: indices.count > 1))
    func ambiguous() throws {
        expectFailure(.device, "'e' fits several", "opencl:0", "opencl:1") {
            _ = try Fixture.mini.estimator { $0.device = .openCL("e") }
        }
        expectFailure(.device, "'no such device'", "opencl:0", "opencl:1") {
            _ = try Fixture.mini.estimator { $0.device = .openCL("no such device") }
        }
        expectFailure(.device, "opencl:99", "opencl:0", "opencl:1") {
            _ = try Fixture.mini.estimator { $0.device = .openCL("99") }
        }
    }

    @Test("half precision is refused on the CPU with what it can")
    func halfOnCPU() {
        expectFailure(.invalidArgument, "f16", "choose f32") {
            _ = try Fixture.mini.estimator {
                $0.device = .cpu
                $0.precision = .float16
            }
        }
    }
}
