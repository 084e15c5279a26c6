import TensorCore
import Testing
import Weights

@Suite("Zip archives")
struct ZipTests {
    private static let matrix = TorchTensor.float32("m", [0, 1, 2, 3, 4, 5], shape: [2, 3], strides: [3, 1])

    struct Bad: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let mention: String
        let kind: CheckpointError.Kind

        init(
            _ name: String, _ mention: String, _ kind: CheckpointError.Kind = .damaged,
            _ change: (inout ZipBytes) -> Void
        ) {
            var zip = TorchArchive.zip([ZipTests.matrix])
            change(&zip)
            self.init(name, mention, zip.bytes, kind)
        }

        init(_ name: String, _ mention: String, _ bytes: [UInt8], _ kind: CheckpointError.Kind = .damaged) {
            (testDescription, self.mention, self.bytes, self.kind) = (name, mention, bytes, kind)
        }
    }

    private static let sound = TorchArchive.zip([matrix]).bytes

    static let bad = [
        Bad("empty", "no directory", []),
        Bad("no zip", "no directory", Array("PK\u{3}\u{4} and nothing else to speak of".utf8)),
        Bad("cut at the end", "no directory", sound.dropLast()),
        Bad("cut in the middle", "no directory", Array(sound.prefix(sound.count / 2))),
        Bad("cut at the start", "beyond the end", Array(sound.dropFirst(4))),
        Bad("something before", "directory is damaged", [1, 2, 3, 4] + sound),
        Bad("lying size", "beyond the end") { $0.entries[2].claimedByteCount = 1 << 30 },
        Bad("two sizes", "two sizes") { $0.entries[2].claimedStoredByteCount = 20 },
        Bad("2^60 bytes", "beyond the end") { zip in
            zip.entries[2].isWide = true
            zip.entries[2].claimedByteCount = 1 << 60
        },
        Bad("2^63 bytes", "beyond any file") { zip in
            zip.entries[2].isWide = true
            zip.entries[2].claimedByteCount = 1 << 63
        },
        Bad("beyond the directory", "beyond the end") { $0.entries[3].claimedByteCount = 30 },
        Bad("another size than its tensor", "its storage has 20 bytes") { $0.entries[2].claimedByteCount = 20 },
        Bad("overlap", "overlap") { $0.entries[1].claimedByteCount = 60 },
        Bad("same place twice", "another name") { $0.entries[2].claimedOffset = 0 },
        Bad("offset beyond the end", "does not start") { $0.entries[2].claimedOffset = 4_000_000 },
        Bad("offset 2^62", "does not start") { zip in
            zip.entries[2].isWide = true
            zip.entries[2].claimedOffset = 1 << 62
        },
        Bad("compressed", "compressed (method 8)", .unsupported) { $0.entries[2].method = 8 },
        Bad("encrypted", "encrypted", .unsupported) { $0.entries[2].flags = 1 },
        Bad("two names alike", "two entries") { $0.entries.append($0.entries[3]) },
        Bad("local name", "another name") { $0.entries[2].localName = "archive/data/1" },
        Bad("65535 entries in a small directory", "65534 entries") { $0.claimedEntryCount = 65534 },
        Bad("2^60 entries", "1152921504606846976 entries") { zip in
            zip.isWide = true
            zip.claimedEntryCount = 1 << 60
        },
        Bad("too few entries", "bytes too many") { $0.claimedEntryCount = 2 },
        Bad("too many entries", "entries in") { $0.claimedEntryCount = 40 },
        Bad("directory elsewhere", "beyond the end") { $0.claimedDirectoryOffset = 1 << 31 },
        Bad("directory at the start", "bytes too many") { zip in
            zip.claimedDirectoryOffset = 0
            zip.claimedEntryCount = 0
        },
        Bad("64-bit record missing", "64-bit directory record") { $0.claimedEntryCount = 65535 },
        Bad("pickle checksum", "checksum of its data.pkl") { $0.entries[0].checksum = 7 },
        Bad("no pickle", "without a data.pkl") { $0.entries.remove(at: 0) },
        Bad("two pickles", "2 entries named data.pkl") { zip in
            zip.entries.append(ZipBytes.Entry(name: "b/data.pkl", content: [1]))
        },
        Bad("big-endian", "big-endian", .unsupported) { $0.entries[1].content = Array("big".utf8) },
        Bad("TorchScript", "TorchScript", .unsupported) { zip in
            zip.entries.append(ZipBytes.Entry(name: "archive/constants.pkl", content: [1]))
        },
    ]

    @Test("a bad archive is an error that says why", arguments: bad)
    func badArchive(_ bad: Bad) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bad.bytes, as: "a.pt")
        let error = try #require(throws: CheckpointError.self) { try PyTorchCheckpoint(path: path) }
        #expect(error.kind == bad.kind)
        #expect(error.description.contains(bad.mention), "\(error)")
        #expect(error.path == path)
    }

    @Test("checksums of every length agree with the definition")
    func checksums() throws {
        let folder = try TemporaryFolder()
        for count in 0..<40 {
            let values = (0..<count).map { Float($0) }
            let tensor = TorchTensor.float32("t", values, shape: [count], strides: [1])
            let zip = TorchArchive.zip([tensor])
            let path = try folder.write(zip.bytes, as: "\(count).pt")
            #expect(try PyTorchCheckpoint(path: path).float32("t") == values)
        }
    }
}
