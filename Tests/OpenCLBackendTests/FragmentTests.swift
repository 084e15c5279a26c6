import Foundation
import OpenCLBackend
import OpenCLKernels
import TensorCore
import TestSupport
import Testing

/// One multiplication of each emulated matrix unit, from tiles in local memory to sums, against float64.
@Suite("Fragments of matrix units")
struct FragmentTests {
    /// How the factors reach the unit.
    enum Way: String, CaseIterable, Sendable {
        /// Both out of tiles; of `wgmma` descriptors of them.
        case tiles
        /// The left one in registers where the unit would read it from local memory otherwise.
        case registers
        /// The right one out of a tile whose rows are the depth, as attention's values lie.
        case transposed
        /// The left one out of a lane's sums, as attention's shares.
        case shares
    }

    /// Where the factors begin in tiles of a pitch.
    struct Place: Sendable {
        let pitch, leftRow, rightColumn, depth: Int
        static let all = [16, 32, 64].flatMap { pitch in
            stride(from: 0, to: pitch, by: 16).flatMap { depth in
                [0, pitch - 16].map { column in
                    Place(pitch: pitch, leftRow: column == 0 ? 64 : 0, rightColumn: column, depth: depth)
                }
            }
        }
    }

    private static let rows = 128
    private static let targets = (TestTarget.emulations + TestTarget.emulations(storing: .bfloat16)).filter {
        !($0.form.matrixUnit?.isWide ?? true)  // whose fragments are those of the others
    }
    private static let cases = targets.flatMap { target in
        Way.allCases.filter { target.form.matrixUnit?.takes($0) ?? false }.map { (target: target, way: $0) }
    }
    private static let source: String = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples/fragment.cl")
        return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }()

    @Test("multiply as float64 does", arguments: cases)
    func multiply(target: TestTarget, way: Way) throws {
        let unit = try #require(target.form.matrixUnit)
        for place in Place.all {
            let (left, right) = (factor(seed: 61, place, target.storage), factor(seed: 62, place, target.storage))
            let sums = try multiply(target, way, place, left, right)
            let columns = sums.count / unit.fragmentRows
            let expected = (0..<sums.count).map { index in
                let (row, column) = (index / columns, index % columns)
                return (0..<MatrixUnit.depth).reduce(Double(row - column) / 64) { sum, k in
                    let (r, depth) = (place.rightColumn + column, place.depth + k)
                    let at = way == .transposed ? depth * place.pitch + r : r * place.pitch + depth
                    return sum + left[(place.leftRow + row) * place.pitch + depth].value * right[at].value
                }
            }
            expectClose(sums, expected, absolute: 1e-5, "\(target.testDescription): \(way.rawValue), \(place)")
        }
    }

    @Test("a swapped fragment is not what float64 has", arguments: targets.filter { $0.storage == .float16 })
    func swapped(target: TestTarget) throws {
        let place = Place.all[0]
        let (left, right) = (factor(seed: 61, place, .float16), factor(seed: 62, place, .float16))
        let sums = try multiply(target, .tiles, place, left, right)
        #expect(try multiply(target, .tiles, place, left, right, defect: .swappedFragment) != sums)
    }

    /// A tile's elements: their bits and what these say.
    private func factor(seed: UInt64, _ place: Place, _ storage: DataType) -> [(bits: UInt16, value: Double)] {
        var generator = SeededGenerator(seed: seed)
        let values = generator.tensor([1, Self.rows, place.pitch]).float32 ?? []
        return values.map { value in
            if storage == .float16 { return (Float16(value).bitPattern, Double(Float16(value))) }
            let rounded = value.roundedToBFloat16
            return (UInt16(rounded.bitPattern >> 16), Double(rounded))
        }
    }

    private func multiply(
        _ target: TestTarget, _ way: Way, _ place: Place, _ left: [(bits: UInt16, value: Double)],
        _ right: [(bits: UInt16, value: Double)], defect: KernelDefect.Mistake? = nil
    ) throws -> [Float] {
        let program = try #require(MatrixProgram(target.form))
        let unit = program.unit
        var constants = program.constants
        constants.merge([
            "STORAGE": target.storage.kernelValue, "SUB_COLUMNS": 16, "RECTIFIES": way == .tiles ? 0 : 1,
            "TRANSPOSED": way == .transposed ? 1 : 0, "SHARES": way == .shares ? 1 : 0, "DEFECT": defect?.rawValue ?? 0,
            "ROWS": Self.rows,
        ]) { $1 }
        let text = ProgramText(
            source: ([.common] + program.sources).map(\.text).joined(separator: "\n") + "\n" + Self.source,
            options: "-cl-std=CL1.2 -w " + constants.map { "-D\($0.key)=\($0.value)" }.sorted().joined(separator: " "))
        let context = try target.context()
        let kernel = try Kernel(try #require(context.build([text])[text]), "multiply_fragment")
        let queue = context.computeQueue
        let inputs = try [left, right].map { factor in
            let memory = try DeviceMemory(context, byteCount: factor.count * 2, purpose: "a factor")
            try queue.write(factor.map(\.bits), to: memory)
            return memory
        }
        // Guards behind the sums; NaN where nothing is written.
        let count = unit.fragmentRows * unit.fragmentColumns
        let sums = try DeviceMemory(context, byteCount: (count + 64) * 4, purpose: "sums")
        try queue.write([Float](repeating: .nan, count: count + 64), to: sums)
        let numbers = [place.pitch, place.leftRow, place.rightColumn, place.depth].map(UInt32.init)
        try kernel.setArguments((inputs + [sums]).map(KernelArgument.memory) + numbers.map(KernelArgument.uint))
        try queue.launch(kernel, global: [unit.laneCount], local: [unit.laneCount])
        let found = try queue.read(sums, count: count + 64, repeating: Float.zero)
        let isGuardWhole = found[count...].allSatisfy(\.isNaN)
        #expect(isGuardWhole, "wrote behind the sums")
        return Array(found[..<count])
    }
}

extension MatrixUnit {
    fileprivate func takes(_ way: FragmentTests.Way) -> Bool {
        switch way {
        case .tiles: true
        case .registers: readsLocalMemory
        case .transposed, .shares: keepsShares
        }
    }

    /// Of one multiplication's sums: `UNIT_ROWS` of the unit's file.
    fileprivate var fragmentRows: Int {
        switch self {
        case .wgmma, .wgmmaWide: 64
        case .xmx16, .xmx8: 8
        case .mma, .mmaWide, .mfma, .wmma11, .wmma12, .plain, .plainStaged: 16
        }
    }

    /// Of the fragments that are loaded together: `RIGHT_AT_ONCE * UNIT_COLUMNS`.
    fileprivate var fragmentColumns: Int {
        switch self {
        case .plain, .plainStaged, .xmx8: 8
        case .mma, .mmaWide, .wgmma, .wgmmaWide, .mfma, .wmma11, .wmma12, .xmx16: 16
        }
    }
}
