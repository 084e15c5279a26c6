import Fathom
import Foundation
import TestSupport
import Testing

@Suite("What a model costs")
struct ModelSummaryTests {
    @Test("is the sum of its rows", arguments: ["mini", "narrow-11", "wide-21"], [true, false])
    func sums(name: String, fuses: Bool) throws {
        var options = DepthEstimator.Options()
        options.fusesOperations = fuses
        let summary = try ModelSummary(model: Fixture(name).folder.path, options: options)
        #expect(summary.model == name)
        #expect(summary.imageSide == (name == "mini" ? 512 : 1536))
        #expect(summary.flopCount == summary.rows.map(\.flopCount).reduce(0, +))
        #expect(summary.flopCount > 0 && summary.weightByteCount > 0 && summary.arenaByteCount > 0)
        #expect(summary.rows.allSatisfy { $0.count > 0 && $0.byteCount > 0 && !$0.output.isEmpty })
    }

    @Test("does not depend on the layout of the checkpoint")
    func layouts() throws {
        let folder = try ModelSummary(model: Fixture.mini.folder.path)
        let archive = try ModelSummary(model: Fixture.mini.path("depth_pro.pt"))
        #expect(archive.model == "depth_pro.pt")
        #expect(archive.flopCount == folder.flopCount)
        #expect(archive.weightByteCount == folder.weightByteCount)
        #expect(archive.arenaByteCount == folder.arenaByteCount)
    }

    @Test("in arithmetic does not depend on the micro-batch, in operations and memory it does")
    func microBatches() throws {
        let summaries = try [1, 5, 35].map { microBatch in
            var options = DepthEstimator.Options()
            options.microBatch = microBatch
            return try ModelSummary(model: Fixture("narrow-11").folder.path, options: options)
        }
        #expect(Set(summaries.map(\.flopCount)).count == 1)
        #expect(Set(summaries.map(\.weightByteCount)).count == 1)
        #expect(summaries[0].arenaByteCount <= summaries[1].arenaByteCount)
        #expect(summaries[1].arenaByteCount <= summaries[2].arenaByteCount)
        let counts = summaries.map { $0.rows.map(\.count).reduce(0, +) }
        #expect(counts[0] > counts[1] && counts[1] > counts[2])
    }

    @Test("devices pass their own test")
    func devices() throws {
        let devices = Device.all().devices
        #expect(devices.map(\.name).contains("cpu"))
        for device in devices {
            let result = device.selfTest()
            #expect(result.passes, "\(result.detail)")
            #expect(!device.model.isEmpty && !device.properties.isEmpty)
        }
    }
}
