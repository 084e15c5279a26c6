import Foundation
import OpenCLBackend
import OpenCLKernels
import TensorCore
import Testing

/// The programs for matrix units of the published network and the roof's, and all others that a GPU runs, as
/// `scripts/check-kernels` compiles them for devices that are not there. `FATHOM_UPDATE_SNAPSHOTS=1 swift test -c release
/// --filter MatrixProgramTests` writes them anew.
@Suite("Programs for matrix units")
struct MatrixProgramTests {
    @Test("are as recorded") func snapshot() throws {
        let plan = try Plan.published(storage: .float16)
        let units = MatrixUnit.allCases.filter { !$0.isPlain }
        var known: Set<KernelVariant> = []
        let float16 = units.flatMap { Self.programs(plan, $0, &known) }
        // Only elements and instructions are others: one of each kernel, and of those that rectify what they read.
        let short = try Plan.published(storage: .bfloat16)
        let bfloat16 = units.filter { !$0.isWide }.flatMap { unit in
            var kernels: Set<String> = []
            return Self.programs(short, unit, &known).filter { line in
                kernels.insert(
                    line.split(separator: " ")[1] + (line.contains("RECTIFIES=1") ? " of what it rectifies" : "")
                ).inserted
            }
        }
        let others = try [Plan.published(storage: .float32), plan, short].flatMap(Self.otherPrograms)
        let text = (float16 + bfloat16 + others).joined(separator: "\n") + "\n"
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../scripts/kernels/programs.txt")
        if ProcessInfo.processInfo.environment["FATHOM_UPDATE_SNAPSHOTS"] != nil {
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == text)
    }

    /// Those without a matrix unit, beside one and in place of one: in float32 one of each kernel and tile, in 16 bits, where
    /// elements alone are new, one of each kernel.
    private static func otherPrograms(_ plan: Plan) -> [String] {
        let storage = plan.memory.storage
        let variants = [KernelForm.tile, .matrix(.mma)].reduce(into: Set<KernelVariant>()) { variants, form in
            let launches = LaunchPlan(plan, limits(form))
            variants.formUnion(launches.variants.union(launches.helpers))
        }
        let sizes = storage == .float32 ? ["TILE_ROWS", "PANEL", "QUERIES"] : ["SLAB"]
        var kernels: Set<[String]> = []
        return variants.filter { !$0.sources.contains(.matrixTile) }.map { line("tile", $0) }.sorted().filter { line in
            let words = line.split(separator: " ").map(String.init)
            return kernels.insert([words[1], words[2]] + words.filter { sizes.contains("\($0.prefix { $0 != "=" })") })
                .inserted
        }
    }

    private static func limits(_ form: KernelForm) -> KernelLimits {
        KernelLimits(
            forms: KernelForms(form), workGroupSize: 1024, localMemoryByteCount: 48 << 10,
            allocationByteCount: 20 << 30)
    }

    private static func line(_ unit: String, _ variant: KernelVariant) -> String {
        let files = variant.sources.map(\.rawValue).joined(separator: "+")
        return
            ([unit, variant.name, files] + variant.constants.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
            .joined(separator: " ")
    }

    /// One line for each that no unit before has: unit, kernel, files, constants.
    private static func programs(_ plan: Plan, _ unit: MatrixUnit, _ known: inout Set<KernelVariant>) -> [String] {
        let limits = limits(.matrix(unit))
        let variants = (LaunchPlan(plan, limits).variants + [MatrixRoof(limits, storage: plan.memory.storage).variant])
            .filter {
                $0.sources.contains(.matrixTile) && known.insert($0).inserted
            }
        return variants.map { line(unit.rawValue, $0) }.sorted()
    }
}
