import Foundation
import Imaging
import Testing

@Suite("Finding images")
struct ImageSearchTests {
    @Test("Folders are walked in order, hidden and other files are passed over")
    func walk() throws {
        let folder = try TemporaryFolder()
        for name in [
            "b.JPG", "a.png", "c.jpeg", "day2/x.tif", "day2/deep/y.TIFF", "day1/z.webp", "d.heic", "e.HEIF", "f.avif",
            "notes.txt", "noextension", ".hidden.jpg", ".thumbnails/t.jpg", "day1/.part.png",
        ] {
            try folder.write([1], name)
        }
        let search = ImageSearch([folder.path])
        #expect(search.failures.isEmpty)
        #expect(
            search.images.map(\.relativePath) == [
                "a.png", "b.JPG", "c.jpeg", "d.heic", "day1/z.webp", "day2/deep/y.TIFF", "day2/x.tif", "e.HEIF",
                "f.avif",
            ])
        #expect(search.images.allSatisfy { $0.path == folder.path + "/" + $0.relativePath })
        #expect(ImageSearch([folder.path + "/"]) == search)
    }

    @Test("A file that is named is taken whatever its name, in the given order")
    func named() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (try folder.write([1], "z.raw"), try folder.write([1], "sub/.a"))
        let search = ImageSearch([first, second])
        #expect(
            search.images == [
                FoundImage(path: first, relativePath: "z.raw"), FoundImage(path: second, relativePath: ".a"),
            ])
    }

    @Test("A missing path is reported and the rest is found")
    func missing() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], "a.jpg")
        let search = ImageSearch([folder.file("nowhere"), folder.path])
        #expect(search.failures == [.notFound(path: folder.file("nowhere"))])
        #expect(search.images.map(\.relativePath) == ["a.jpg"])
    }

    @Test("An image's name that is not UTF-8 is reported, not passed over")
    func foreignName() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], "a.jpg")
        for suffix in [".jpg", ".txt"] {
            let name = Array((folder.path + "/b").utf8) + [0xFF] + Array(suffix.utf8) + [0]
            let descriptor = name.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { text in
                    text.baseAddress.map { open($0, O_CREAT | O_WRONLY, 0o600) } ?? -1
                }
            }
            try #require(descriptor >= 0)
            close(descriptor)
        }
        let search = ImageSearch([folder.path])
        #expect(search.images.map(\.relativePath) == ["a.jpg"])
        #expect(search.failures.count == 1 && search.failures.first?.description.contains("not UTF-8") == true)
    }

    @Test(
        "An image that cannot be reached is reported",
        .enabled(if: geteuid() != 0, "the superuser may reach everything"))
    func unreachable() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], "listed/a.jpg")
        chmod(folder.file("listed"), 0o400)
        defer { chmod(folder.file("listed"), 0o700) }
        let search = ImageSearch([folder.path])
        #expect(search.images.isEmpty && search.failures.count == 1)
    }

    @Test("Links that lead in circles or nowhere end the walk")
    func links() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], "sub/a.jpg")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder.file("sub/up"), withDestinationPath: folder.path)
        try files.createSymbolicLink(atPath: folder.file("sub/self"), withDestinationPath: ".")
        try files.createSymbolicLink(atPath: folder.file("dangling.jpg"), withDestinationPath: "nothing")
        try files.createSymbolicLink(atPath: folder.file("ring.jpg"), withDestinationPath: "ring.jpg")
        try files.createSymbolicLink(atPath: folder.file("linked.jpg"), withDestinationPath: "sub/a.jpg")
        let search = ImageSearch([folder.path])
        #expect(search.images.map(\.relativePath) == ["linked.jpg", "sub/a.jpg"])
        #expect(search.failures.isEmpty)
    }

    @Test(
        "A folder that may not be read is reported", .enabled(if: geteuid() != 0, "the superuser may read everything"))
    func unreadable() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], "closed/a.jpg")
        try folder.write([1], "open.jpg")
        chmod(folder.file("closed"), 0)
        defer { chmod(folder.file("closed"), 0o700) }
        let search = ImageSearch([folder.path])
        #expect(search.failures == [.permissionDenied(path: folder.file("closed"))])
        #expect(search.images.map(\.relativePath) == ["open.jpg"])
    }
}
