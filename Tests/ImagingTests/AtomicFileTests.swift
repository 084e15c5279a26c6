import Foundation
import Imaging
import Testing

@Suite("Atomic files")
struct AtomicFileTests {
    @Test("A file appears whole and replaces the old one")
    func replaces() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3, 4], "a.bin")
        try AtomicFile.write([9, 8], to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([9, 8]))
        try AtomicFile.write([], to: folder.file("empty.bin"))
        #expect(try folder.names() == ["a.bin", "empty.bin"])
    }

    @Test("Pieces are joined in order")
    func pieces() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write(to: folder.file("a.bin")) { (file) throws(ImagingError) in
            try file.append([UInt8(7)])
            try file.append([Float(1)])
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("a.bin"))) == Data([7, 0, 0, 0x80, 0x3F]))
    }

    @Test("A failure on the way keeps the old file and leaves nothing else")
    func interrupted() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3], "a.bin")
        #expect(throws: ImagingError.cannotEncode(reason: "test")) {
            try AtomicFile.write(to: path) { (file) throws(ImagingError) in
                try file.append([UInt8](repeating: 0, count: 5000))
                throw ImagingError.cannotEncode(reason: "test")
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2, 3]))
        #expect(try folder.names() == ["a.bin"])
    }

    @Test("Nothing of an unfinished file can be seen, so that nothing is left of a killed process")
    func nameless() throws {
        let folder = try TemporaryFolder()
        var visible: [String]?
        try AtomicFile.write(to: folder.file("a.bin")) { (file) throws(ImagingError) in
            try file.append([UInt8](repeating: 0, count: 5000))
            visible = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        }
        #expect(visible == [])
        #expect(try folder.names() == ["a.bin"])
    }

    @Test("The folder is missing, or no folder")
    func missingFolder() throws {
        let folder = try TemporaryFolder()
        let missing = folder.file("missing/a.bin")
        #expect(throws: ImagingError.cannotWrite(path: missing, reason: "No such file or directory")) {
            try AtomicFile.write([1], to: missing)
        }
        let inside = try folder.write([1], "file") + "/a.bin"
        #expect(throws: ImagingError.cannotWrite(path: inside, reason: "Not a directory")) {
            try AtomicFile.write([1], to: inside)
        }
        #expect(ImagingError.cannotWrite(path: "p", reason: "r").description.contains("free space"))
    }

    @Test("The target is a folder: nothing is left behind")
    func targetIsFolder() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.createFolder(folder.file("deep/er"))
        #expect(throws: ImagingError.cannotWrite(path: folder.file("deep"), reason: "Is a directory")) {
            try AtomicFile.write([1], to: folder.file("deep"))
        }
        #expect(try folder.names() == ["deep"])
    }

    @Test("A place is looked at before there is anything to write")
    func checks() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write([1], "file")
        try AtomicFile.check(file)
        try AtomicFile.check(folder.file("new/folders/a.bin"))
        try AtomicFile.check("a.bin")
        try AtomicFile.check("/dev/null")
        #expect(try folder.names() == ["file"])
        for (path, reason) in [
            (folder.path, "Is a directory"), (file + "/a.bin", "Not a directory"),
            ("/proc/a.bin", "No such file or directory"),
        ] {
            #expect(throws: ImagingError.cannotWrite(path: path, reason: reason)) { try AtomicFile.check(path) }
        }
    }

    @Test("A folder without write permission", .enabled(if: geteuid() != 0, "the superuser may write everywhere"))
    func unwritable() throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o500)
        defer { chmod(folder.path, 0o700) }
        #expect(throws: ImagingError.cannotWrite(path: folder.file("a"), reason: "Permission denied")) {
            try AtomicFile.write([1], to: folder.file("a"))
        }
    }

    @Test("A folder cannot be created below a file")
    func folderBelowFile() throws {
        let folder = try TemporaryFolder()
        let below = try folder.write([1], "file") + "/sub"
        #expect(throws: ImagingError.self) { try AtomicFile.createFolder(below) }
    }

    @Test("Many writers of one path leave one whole file")
    func concurrent() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.bin")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<20 {
                group.addTask { try AtomicFile.write([UInt8](repeating: UInt8(writer), count: 10_000), to: path) }
            }
            try await group.waitForAll()
        }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(bytes.count == 10_000)
        #expect(Set(bytes).count == 1)
        #expect(try folder.names() == ["a.bin"])
    }
}
