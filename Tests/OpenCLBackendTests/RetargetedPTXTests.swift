import Foundation
import OpenCLBackend
import Testing

/// The text of a compiled program with instructions that its target lacks.
@Suite("Retargeted PTX")
struct RetargetedPTXTests {
    /// What a compiler made of `scripts/kernels/retarget.cl`; `scripts/check-kernels` holds that it still does, and that the
    /// text assembles once it is retargeted.
    static let sample: String = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples/wgmma.ptx")
        return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }()

    private func lines(_ text: String) -> [String] { text.components(separatedBy: "\n") }

    @Test("comments become instructions, the target sm_90a, and nothing else changes")
    func sample() throws {
        let before = lines(Self.sample)
        let result = try RetargetedPTX(Array(Self.sample.utf8))
        let after = lines(String(decoding: result.bytes, as: UTF8.self))
        #expect(result.instructionCount == 4)
        try #require(before.count == after.count)
        let changed = zip(before, after).filter { $0 != $1 }
        #expect(changed.count == 5)
        #expect(changed[0].0 == ".target sm_90, texmode_independent")
        #expect(changed[0].1 == ".target sm_90a, texmode_independent")
        for (old, new) in changed.dropFirst() {
            #expect(old.hasPrefix("\t//@sm_90a wgmma.") && new == old.replacing("//@sm_90a ", with: ""))
        }
        let instruction = try #require(after.first { $0.contains("wgmma.mma_async") })
        #expect(instruction.hasPrefix("\twgmma.mma_async.sync.aligned.m64n16k16.f32.f16.f16 {%f"))
        #expect(instruction.hasSuffix(", 1, 1, 1, 0, 0;"))
    }

    @Test("what was retargeted has nothing left to retarget")
    func twice() throws {
        let once = try RetargetedPTX(Array(Self.sample.utf8))
        #expect(throws: RetargetedPTX.Refusal.noInstructions) { try RetargetedPTX(once.bytes) }
    }

    @Test("zeros behind the text, as drivers hand it out, stay")
    func terminated() throws {
        let plain = try RetargetedPTX(Array(Self.sample.utf8))
        let terminated = try RetargetedPTX(Array(Self.sample.utf8) + [0, 0])
        #expect(terminated.bytes == plain.bytes + [0, 0])
    }

    @Test("lines end and begin as they please")
    func spacing() throws {
        let text = "\r\n .version  8.3\r\n\t.target\tsm_90 , texmode_independent\r\n  //@sm_90a wgmma.fence;\r\n"
        let result = String(decoding: try RetargetedPTX(Array(text.utf8)).bytes, as: UTF8.self)
        #expect(result == "\r\n .version  8.3\r\n\t.target\tsm_90a , texmode_independent\r\n  wgmma.fence;\r\n")
    }

    /// Texts that are refused, and why.
    private static let refused: [(String, RetargetedPTX.Refusal)] = [
        ("", .notPTX), ("fake", .notPTX), ("\u{7F}ELF\u{2}\u{1}", .notPTX),
        (".version 8.3\n", .notPTX), (".target sm_90\n", .notPTX), (".version x\n.target sm_90\n", .notPTX),
        (".version 7.8\n.target sm_90\n//@sm_90a wgmma.fence;", .version("7.8")),
        (".version 8.3\n.target sm_86, texmode_independent\n//@sm_90a wgmma.fence;", .target("sm_86")),
        (".version 8.3\n.target sm_100\n//@sm_90a wgmma.fence;", .target("sm_100")),
        (".version 8.3\n.target sm_90\n// sm_90a wgmma.fence;", .noInstructions),
        (".version 8.3\n.target sm_90\nret; //@sm_90a wgmma.fence;", .noInstructions),
    ]

    @Test("anything else is refused with a reason", arguments: refused)
    func refusals(_ text: String, _ refusal: RetargetedPTX.Refusal) {
        let error = #expect(throws: RetargetedPTX.Refusal.self) { try RetargetedPTX(Array(text.utf8)) }
        #expect(error == refusal)
    }

    @Test("bytes that are no text are refused")
    func binary() {
        let cubin: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 0x02, 0x01, 0x01, 0xFF, 0xFE, 0x80]
        #expect(throws: RetargetedPTX.Refusal.notPTX) { try RetargetedPTX(cubin) }
        #expect(throws: RetargetedPTX.Refusal.notPTX) { try RetargetedPTX([0, 0, 0]) }
    }
}
