import Foundation
import OpenCLBackend
import OpenCLKernels
import TensorCore
import Testing

/// The programs for matrix units of the published network and the roof's, as `scripts/check-kernels` compiles them for devices that are
/// not there. `FATHOM_UPDATE_SNAPSHOTS=1 swift test -c release --filter MatrixProgramTests` writes them anew.
@Suite("Programs for matrix units")
struct MatrixProgramTests {
    @Test("are as recorded") func snapshot() throws {
        let plan = try Plan.published(elementByteCount: 2)
        let units = MatrixUnit.allCases.filter { $0 != .plain }
        var known: Set<KernelVariant> = []
        let text = units.flatMap { Self.programs(plan, $0, &known) }.joined(separator: "\n") + "\n"
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../scripts/kernels/programs.txt")
        if ProcessInfo.processInfo.environment["FATHOM_UPDATE_SNAPSHOTS"] != nil {
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == text)
    }

    /// One line for each that no unit before has: unit, kernel, files, constants.
    private static func programs(_ plan: Plan, _ unit: MatrixUnit, _ known: inout Set<KernelVariant>) -> [String] {
        let limits = KernelLimits(
            forms: KernelForms(.matrix(unit)), workGroupSize: 1024, localMemoryByteCount: 48 << 10,
            allocationByteCount: 20 << 30)
        let variants = (LaunchPlan(plan, limits).variants + [MatrixRoof(limits).variant]).filter {
            $0.sources.contains(.matrixTile) && known.insert($0).inserted
        }
        return variants.map { variant in
            let files = variant.sources.map(\.rawValue).joined(separator: "+")
            let constants = variant.constants.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return ([unit.rawValue, variant.name, files] + constants).joined(separator: " ")
        }.sorted()
    }
}
