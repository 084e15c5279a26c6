import Profiling
import TensorCore
import Testing

@Suite("a profile's table")
struct ProfileTableTests {
    @Test("counts the bytes of a photograph of its true size")
    func costs() {
        // [2, 4] in, [4, 4] weights, [2, 4] out; the head has [8, 4] weights and [2, 8] out.
        let layer = Cost(flopCount: 2 * 2 * 16, byteCount: 4 * (8 + 16 + 8))
        let head = Cost(flopCount: 2 * 2 * 32, byteCount: 4 * (8 + 32 + 16))
        #expect(HandMade.costs == [layer, layer, head, Cost(byteCount: 45 + 4 * 3 * 4 * 4)])
    }

    @Test("adds up calls of one operation")
    func byOperation() throws {
        let table = HandMade.table(.operation)
        #expect(table.rows.map(\.operation) == ["linear", "prepareImage"])
        let linear = try #require(table.rows.first)
        #expect(linear.module == nil)
        #expect(linear.callCount == 6)
        #expect(linear.totalSeconds == 3.875)
        #expect(linear.minimumSeconds == 0.125)
        #expect(linear.maximumSeconds == 1.75)
        #expect(linear.averageSeconds == 3.875 / 6)
        #expect(linear.cost == Cost(flopCount: 2 * (64 + 64 + 128), byteCount: 2 * (128 + 128 + 224)))
        #expect(linear.flopPerSecond == 512 / 3.875)
        #expect(linear.bytesPerSecond == 960 / 3.875)
        #expect(linear.intensity == 512.0 / 960.0)
        #expect(table.totalSeconds == 4)
        #expect(table.share(of: linear) == 3.875 / 4)
    }

    @Test("adds up calls that differ in the block only, the longest first")
    func byModule() throws {
        let table = HandMade.table(.module)
        #expect(table.rows.map(\.module?.scope) == ["head <&>", "blocks.*.fc", "image"])
        #expect(table.rows.map(\.callCount) == [2, 4, 1])
        #expect(table.rows.map(\.totalSeconds) == [2.75, 1.125, 0.125])
        #expect(table.rows.map(\.minimumSeconds) == [1, 0.125, 0.125])
        let blocks = try #require(table.rows[1].module)
        #expect(blocks.stage == .encoders && blocks.input == [1, 2, 4] && blocks.output == [1, 2, 4])
        #expect(table.rows.map(table.share).reduce(0, +) == 1)
    }

    @Test("leaves out what did not run")
    func notRun() {
        let table = ProfileTable(
            HandMade.plan, costs: HandMade.costs, runs: [HandMade.runs[0]], by: .operation)
        #expect(table.rows.map(\.operation) == ["linear"])
        #expect(ProfileTable(HandMade.plan, costs: HandMade.costs, runs: [], by: .module).rows.isEmpty)
    }

    @Test("compares with the roof that is lower at the row's intensity")
    func roof() {
        let roof = HandMade.roof
        #expect(roof.memoryBytesPerSecond == 256)
        let balanced = Cost(flopCount: 4096, byteCount: 1024)
        #expect(roof.leastSeconds(balanced) == 4 && !roof.isMemoryBound(balanced))
        let traffic = Cost(flopCount: 1024, byteCount: 1024)
        #expect(roof.leastSeconds(traffic) == 4 && roof.isMemoryBound(traffic))
        let arithmetic = Cost(flopCount: 8192, byteCount: 1024)
        #expect(roof.leastSeconds(arithmetic) == 8 && !roof.isMemoryBound(arithmetic))
        // 960 bytes in 3.875 s, where memory alone needs 3.75 s.
        #expect(HandMade.table(.operation).rows[0].shareOfRoof(roof) == 3.75 / 3.875)
    }
}
