import Fathom
import Foundation
import TestSupport
import Testing

@Suite("a profile")
struct ProfileTests {
    private static let mini = Fixture("mini")

    private static func profile(_ change: (inout ProfileOptions) -> Void = { _ in }) throws -> Profile {
        var options = ProfileOptions()
        options.runCount = 2
        options.warmupCount = 0
        change(&options)
        return try DepthEstimator(model: mini.folder.path)
            .profile(Photograph.synthetic(width: 96, height: 64), options: options)
    }

    @Test("accounts for every operation of the plan in every run", arguments: ProfileOptions.Grouping.allCases)
    func rows(_ grouping: ProfileOptions.Grouping) throws {
        let profile = try Self.profile { $0.grouping = grouping }
        let summary = try ModelSummary(model: Self.mini.folder.path)
        #expect(profile.rows.reduce(0) { $0 + $1.calls } == 2 * summary.rows.reduce(0) { $0 + $1.count })
        #expect(profile.rows.reduce(0) { $0 + $1.flopCount } == 2 * summary.flopCount)
        // The plan counts one float32 pixel where the profile counts the photograph.
        let bytes = summary.rows.reduce(0) { $0 + $1.byteCount } + 3 * 96 * 64 - 3 * 4
        #expect(profile.rows.reduce(0) { $0 + $1.byteCount } == 2 * bytes)
        #expect(profile.wallSeconds.count == 2)
        #expect(profile.kernelSeconds <= profile.wallSeconds.reduce(0, +))
        #expect(zip(profile.rows, profile.rows.dropFirst()).allSatisfy { $0.totalSeconds >= $1.totalSeconds })
        for row in profile.rows {
            #expect(row.minSeconds <= row.avgSeconds && row.avgSeconds <= row.maxSeconds)
            #expect((row.module == nil) == (grouping == .operation) && (row.input == nil) == (grouping == .operation))
        }
        if grouping == .module { #expect(profile.rows.count == summary.rows.count) }
    }

    @Test("is the same in its files, which replace others whole")
    func files() throws {
        let profile = try Self.profile { $0.grouping = .module }
        let folder = NSTemporaryDirectory() + "fathom-profile-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for format in Profile.FileFormat.allCases {
            let path = folder + "/\(format)"
            try Data("before".utf8).write(to: URL(filePath: path))
            try profile.write(format, to: path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == profile.text(format))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == Profile.FileFormat.allCases.count)

        let lines = try profile.text(.csv).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == profile.rows.count + 2 && lines.last == "")
        let header = lines[0].split(separator: ",").map(String.init)
        let column = { (name: String) throws in try #require(header.firstIndex(of: name)) }
        for (row, line) in zip(profile.rows, lines.dropFirst()) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            #expect(fields.count == header.count)
            #expect(try fields[column("operation")] == row.operation && fields[column("module")] == row.module)
            #expect(try Double(fields[column("total_seconds")]) == row.totalSeconds)
            #expect(try Int(fields[column("flop_count")]) == row.flopCount)
        }
    }

    @Test("cannot be written into a folder that is not there")
    func unwritable() throws {
        let profile = try Self.profile { $0.runCount = 1 }
        let error = #expect(throws: FathomError.self) { try profile.write(.trace, to: "/nowhere/at/all.json") }
        #expect(error?.code == .cannotWrite && error?.message.contains("/nowhere/at/all.json") == true)
    }

    @Test("takes at least one run")
    func counts() throws {
        for change: (inout ProfileOptions) -> Void in [{ $0.runCount = 0 }, { $0.warmupCount = -1 }] {
            let error = #expect(throws: FathomError.self) { try Self.profile(change) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test("the synthetic picture is always the same and of any size")
    func syntheticPicture() throws {
        let picture = try Photograph.synthetic(width: 33, height: 7)
        #expect(picture.width == 33 && picture.height == 7 && picture.pixels.count == 3 * 33 * 7)
        #expect(try picture == Photograph.synthetic(width: 33, height: 7))
        #expect(Set(picture.pixels).count > 50)
        for (width, height) in [(0, 1), (1, -1), (.max, .max)] {
            #expect(throws: FathomError.self) { try Photograph.synthetic(width: width, height: height) }
        }
    }
}
