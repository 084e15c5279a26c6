import Fathom
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Batches")
struct BatchTests {
    /// What a batch reported, in order.
    final class Log: Sendable {
        private let entries = Mutex<[(job: DepthJob, result: Result<DepthReport, FathomError>)]>([])
        func append(_ job: DepthJob, _ result: Result<DepthReport, FathomError>) {
            entries.withLock { $0.append((job, result)) }
        }
        var all: [(job: DepthJob, result: Result<DepthReport, FathomError>)] { entries.withLock { $0 } }
    }

    /// Six photographs, of which the second is damaged, the third missing and the fifth's result a folder.
    private func makeFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.copy(imageFixture("exif.jpg"), "1.jpg")
        try folder.write(Data(contentsOf: URL(filePath: imageFixture("exif.jpg"))).prefix(700), "2.jpg")
        try folder.write(Data([1]), "3.jpg")
        try folder.copy(imageFixture("plain.png"), "4.png")
        try folder.copy(imageFixture("grey.jpg"), "5.jpg")
        try folder.write(Data([1]), "out/5.npz/inside")
        try folder.copy(imageFixture("rgb16.png"), "6.png")
        return folder
    }

    @Test("report in order, and a failure harms nobody else")
    func isolated() throws {
        let folder = try makeFolder()
        let jobs = DepthJob.find([folder.path], outputFolder: folder.file("out")).jobs
        try FileManager.default.removeItem(atPath: folder.file("3.jpg"))
        let estimator = try Fixture.mini.estimator()
        let log = Log()
        estimator.process(jobs) { job, result in log.append(job, result) }
        #expect(log.all.map(\.job) == jobs)
        #expect(
            jobs.map { ($0.photographPath as NSString).lastPathComponent }
                == ["1.jpg", "2.jpg", "3.jpg", "4.png", "5.jpg", "6.png"])

        for (index, entry) in log.all.enumerated() {
            switch (entry.result, index) {
            case (.success(let report), 0), (.success(let report), 3), (.success(let report), 5):
                try expect(report, entry.job, estimator, folder)
            case (.failure(let error), 1), (.failure(let error), 2):
                #expect(error.code == .unreadableImage)
                #expect(error.message.contains(entry.job.photographPath))
            case (.failure(let error), 4):
                #expect(error.code == .cannotWrite)
                #expect(error.message.contains(folder.file("out/5.npz")))
            case (.success, _): Issue.record("\(entry.job.photographPath) succeeded")
            case (.failure(let error), _): Issue.record("\(error)")
            }
        }
        let written = try folder.allFiles().filter { $0.hasPrefix("out/") }
        #expect(
            written == [
                "out/1.color.png", "out/1.npz", "out/4.color.png", "out/4.npz", "out/5.npz/inside", "out/6.color.png",
                "out/6.npz",
            ])
    }

    /// The report and the files are those of an estimate on its own.
    private func expect(
        _ report: DepthReport, _ job: DepthJob, _ estimator: DepthEstimator, _ folder: TemporaryFolder
    ) throws {
        let alone = try estimator.estimate(Photograph(contentsOf: job.photographPath))
        #expect(report.range == alone.range)
        #expect(report.width == alone.width && report.height == alone.height)
        #expect(report.focalLengthPixels == alone.focalLengthPixels)
        #expect(report.focalLengthSource == alone.focalLengthSource)
        #expect(report.horizontalFieldOfViewDegrees == alone.horizontalFieldOfViewDegrees)
        #expect(report.files == [job.outputPath(.npz), job.outputPath(.color)])
        #expect(report.seconds.decode > 0 && report.seconds.write > 0)
        #expect(report.saturatedPixelCount == 0)
        for format in [DepthFormat.npz, .color] {
            try alone.write(to: folder.file("alone"), as: format)
            let expected = try Data(contentsOf: URL(filePath: folder.file("alone")))
            #expect(try Data(contentsOf: URL(filePath: job.outputPath(format))) == expected)
        }
    }

    @Test("hold to their options")
    func options() throws {
        let folder = try TemporaryFolder()
        try folder.copy(imageFixture("exif.jpg"), "a.jpg")
        try folder.copy(Fixture.mini.path("photo.png"), "b.png")
        let jobs = DepthJob.find([folder.path], outputFolder: nil).jobs
        var options = BatchOptions()
        options.formats = [.png16]
        options.png16Scale = try PNG16Scale("tum")
        options.focalLength = .pixels(450)
        options.maximumPixelCount = 48 * 32
        let log = Log()
        try Fixture.mini.estimator().process(jobs, options: options) { job, result in log.append(job, result) }
        let report = try #require(log.all.first).result.get()
        #expect(report.focalLengthPixels == 450 && report.focalLengthSource == .user)
        #expect(report.files == [folder.file("a.depth.png")])
        expectFailure(.unreadableImage, "613 x 431", "1536", "raise the limit") { _ = try log.all[1].result.get() }
        #expect(try folder.allFiles() == ["a.depth.png", "a.jpg", "b.png"])
    }

    @Test("of nothing end at once")
    func empty() throws {
        let log = Log()
        try Fixture.mini.estimator().process([]) { job, result in log.append(job, result) }
        #expect(log.all.isEmpty)
    }
}
