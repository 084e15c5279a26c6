import Foundation
import TestSupport
import Testing

@Suite("fathom depth: places that cannot be written")
struct OutputFolderTests {
    @Test("a file where the output folder should be", arguments: ["file", "file/below"])
    func file(output: String) throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "b.jpg": "exif.jpg"])
        try folder.write(Data("mine".utf8), "file")
        let result = try CommandLineTool.depth(".", "-o", output, in: folder)
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        // Told once, and before anything is computed.
        #expect(result.errorLines.count == 1)
        #expect(result.errors.contains("\(output): the folder cannot be created"))
        #expect(try folder.allFiles() == ["a.jpg", "b.jpg", "file"])
        #expect(try Data(contentsOf: URL(filePath: folder.file("file"))) == Data("mine".utf8))
    }

    @Test("a folder where a result should be: the others are written")
    func folderInPlaceOfResult() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg", "b.jpg": "exif.jpg"])
        try folder.write(Data(), "a.npz/inside")
        let result = try CommandLineTool.depth(".", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("a.npz: cannot be written"))
        #expect(try folder.files(without: "a.jpg", "b.jpg", "a.npz/inside") == ["b.color.png", "b.npz"])
    }

    @Test(
        "a folder without write permission",
        .enabled(if: geteuid() != 0, "SKIPPED: the superuser may write everywhere"))
    func unwritable() throws {
        let folder = try TemporaryFolder.with(["in/a.jpg": "exif.jpg"])
        chmod(folder.file("in"), 0o500)
        defer { chmod(folder.file("in"), 0o700) }
        let result = try CommandLineTool.depth("in", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("in/a.npz: cannot be written (Permission denied)"))
        #expect(try folder.allFiles() == ["in/a.jpg"])
    }

    @Test("a place that takes no file")
    func noPlace() throws {
        let folder = try TemporaryFolder.with(["a.jpg": "exif.jpg"])
        let result = try CommandLineTool.depth("a.jpg", "-o", "/proc", in: folder)
        #expect(result.status == 1 && result.errors.contains("/proc/a.npz: cannot be written"), "\(result.errors)")
    }

    /// The limit on a file's size stops a write halfway, as a full disk does, and needs no privilege.
    @Test("a file that cannot grow: nothing of it is left")
    func limited() throws {
        let folder = try TemporaryFolder()
        try folder.copy(Fixture("mini").path("photo.png"), "a.png")
        try folder.copy(imageFixture("exif.jpg"), "b.jpg")
        let result = try CommandLineTool.shell(
            "trap '' XFSZ; ulimit -f 200; exec $FATHOM depth . --format npz $MODEL", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("./a.npz: cannot be written (File too large)"))
        #expect(try folder.allFiles() == ["a.png", "b.jpg", "b.npz"])
    }

    @Test(
        "a full disk: nothing half written is left",
        .enabled(if: Disk.canMount, "SKIPPED: no file system can be mounted here"))
    func full() throws {
        let folder = try TemporaryFolder()
        try folder.copy(Fixture("mini").path("photo.png"), "a.png")
        try folder.copy(imageFixture("exif.jpg"), "b.jpg")
        try folder.write(Data(), "disk/placeholder")
        #expect(Disk.mount(folder.file("disk"), kilobytes: 256))
        defer { Disk.unmount(folder.file("disk")) }
        let result = try CommandLineTool.depth("a.png", "b.jpg", "-o", "disk", "--format", "npz", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("disk/a.npz: cannot be written (No space left on device)"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("disk")) == ["b.npz"])
    }
}

/// A small file system in memory.
private enum Disk {
    static let canMount: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
        let isMounted = mount(folder.path, kilobytes: 64)
        if isMounted { unmount(folder.path) }
        return isMounted
    }()

    static func mount(_ path: String, kilobytes: Int) -> Bool {
        let arguments = ["mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path]
        return (try? execute("/usr/bin/env", arguments, in: nil).status) == 0
    }

    static func unmount(_ path: String) { _ = try? execute("/usr/bin/env", ["umount", path], in: nil) }
}
