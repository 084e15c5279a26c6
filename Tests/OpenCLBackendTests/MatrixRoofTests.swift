import OpenCLBackend
import TensorCore
import Testing

/// The loop that a matrix unit's roof is measured with, emulated.
@Suite("Roof of matrix units")
struct MatrixRoofTests {
    private static let targets =
        TestTarget.emulations
        + TestTarget.emulations(storing: .bfloat16).filter { $0.form == .emulation(.mma) }

    @Test("multiplies as often as it says", arguments: targets)
    func multiplications(target: TestTarget) throws {
        let loop = MatrixRoof(target.limits, storage: target.storage)
        let total = try loop.total(rounds: 3, on: target.context())
        #expect(total == 3 * Double(loop.flopCount) / 2 * 0x1p-14)
    }
}
