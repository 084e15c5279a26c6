import Foundation
import TestSupport
import Testing

@Suite("fathom depth: memory")
struct MemoryTests {
    /// A photograph's pixels are 0.8 MB, its depth and the network's map 1 MB each: whichever is kept shows.
    @Test("does not grow with the number of photographs")
    func flat() throws {
        let folder = try TemporaryFolder()
        for index in 0..<40 {
            try folder.copy(Fixture("mini").path("photo.png"), "\(index < 10 ? "few" : "many")/\(index).png")
        }
        func peak(_ name: String) throws -> Int {
            let result = try CommandLineTool.depth(name, "-o", "out", "--focal-px", "450", in: folder)
            #expect(result.status == 0, "\(result.errors)")
            return result.peakResidentByteCount
        }
        let (few, many) = (try peak("few"), try peak("many"))
        #expect(few > 10_000_000, "the peak was not seen")
        #expect(many - few <= 8_000_000, "10 photographs peak at \(few) bytes, 30 at \(many)")
    }
}
