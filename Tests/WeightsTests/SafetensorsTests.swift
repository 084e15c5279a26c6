import TensorCore
import Testing
import Weights

@Suite("Safetensors")
struct SafetensorsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
        try SafetensorsFile(path: try folder.write(bytes, as: "a.safetensors"))
    }

    @Test("shapes, types and values come back")
    func roundTrip() throws {
        let file = try open(
            SafetensorsBytes.file([
                SafetensorsBytes.float32("scalar", shape: [], [3.5]),
                SafetensorsBytes.float32("matrix", shape: [2, 3], [1, 2, 3, 4, 5, 6]),
                SafetensorsBytes.Tensor(name: "empty", type: "F16", shape: [0, 7], bytes: []),
                SafetensorsBytes.bits16("half", type: "F16", [0x3c00, 0xc000]),
                SafetensorsBytes.Tensor(name: "step", type: "I64", shape: [], bytes: UInt64(9).littleEndianBytes),
            ]))
        #expect(file.tensors["scalar"] == TensorDescription(shape: [], dataType: .float32))
        #expect(file.tensors["matrix"] == TensorDescription(shape: [2, 3], dataType: .float32))
        #expect(file.tensors["step"] == TensorDescription(shape: [], dataType: .int64))
        #expect(file.tensors.count == 5)
        #expect(try file.float32("scalar") == [3.5])
        #expect(try file.float32("matrix") == [1, 2, 3, 4, 5, 6])
        #expect(try file.float32("empty") == [])
        #expect(try file.float32("half") == [1, -2])
        file.releaseMemory()
        #expect(try file.float32("matrix") == [1, 2, 3, 4, 5, 6])
    }

    @Test("a missing tensor and room of the wrong size are errors")
    func misuse() throws {
        let file = try open(SafetensorsBytes.file([SafetensorsBytes.float32("a", shape: [2], [1, 2])]))
        #expect(throws: WeightError.missing("b")) { try file.float32("b") }
        var room = [Float](repeating: 0, count: 3)
        #expect(throws: WeightError.self) {
            var span = room.mutableSpan
            try file.read("a", into: &span)
        }
    }

    @Test("a file that changes between reads is an error")
    func change() throws {
        let file = try open(SafetensorsBytes.file([SafetensorsBytes.float32("a", shape: [1], [1])]))
        file.releaseMemory()
        _ = try open(SafetensorsBytes.file([SafetensorsBytes.float32("a", shape: [2], [1, 2])]))
        #expect(throws: WeightError.self) { try file.float32("a") }
    }

    @Test("many threads may read at once")
    func concurrency() async throws {
        let tensors = (0..<64).map { index in
            SafetensorsBytes.float32("t\(index)", shape: [500], (0..<500).map { Float(index * 500 + $0) })
        }
        let file = try open(SafetensorsBytes.file(tensors))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<64 {
                group.addTask {
                    if index % 5 == 0 { file.releaseMemory() }
                    let values = try file.float32("t\(index)")
                    #expect(values == (0..<500).map { Float(index * 500 + $0) })
                }
            }
            try await group.waitForAll()
        }
    }

    struct BadHeader: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let kind: CheckpointError.Kind
        /// A part of the message that names the fault.
        let mention: String

        init(_ name: String, _ bytes: [UInt8], _ mention: String, _ kind: CheckpointError.Kind = .damaged) {
            (testDescription, self.bytes, self.mention, self.kind) = (name, bytes, mention, kind)
        }

        init(_ name: String, header: String, data: Int = 8, _ mention: String, _ kind: CheckpointError.Kind = .damaged)
        {
            let data = [UInt8](repeating: 0, count: data)
            self.init(name, SafetensorsBytes.file(header: header, data: data), mention, kind)
        }

        /// A file of one tensor `a`.
        init(entry: String, data: Int = 8, _ mention: String, _ kind: CheckpointError.Kind = .damaged) {
            self.init(entry, header: "{\"a\":\(entry)}", data: data, mention, kind)
        }
    }

    static let length60 = UInt64(1) << 60
    static let deep = String(repeating: "[", count: 100_000)
    static let a = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"

    static let badHeaders = [
        BadHeader("empty file", [], "too few"),
        BadHeader("seven bytes", [1, 0, 0, 0, 0, 0, 0], "too few"),
        BadHeader("2^60", length60.littleEndianBytes + [0x7b, 0x7d], "1152921504606846976"),
        BadHeader("2^64 - 1", UInt64.max.littleEndianBytes + [0x7b, 0x7d], "18446744073709551615"),
        BadHeader("100 MB + 1", UInt64(100_000_001).littleEndianBytes + [0x7b, 0x7d], "limit of 100000000"),
        BadHeader("cut header", UInt64(9).littleEndianBytes + Array("{\"a\":1}".utf8), "truncated"),
        BadHeader("no header", header: "", data: 0, "'{'"),
        BadHeader("leading space", header: " {}", data: 0, "'{'"),
        BadHeader("list", header: "[]", data: 0, "'{'"),
        BadHeader("text after", header: "{}x", data: 0, "after its end"),
        BadHeader("not UTF-8", UInt64(7).littleEndianBytes + [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x30, 0x7d], "UTF-8"),
        BadHeader("cut JSON", header: "{\"a\":", data: 0, "ends too early"),
        BadHeader("deep", header: "{\"a\":\(deep)", data: 0, "nested deeper"),
        BadHeader("repeated", header: "{\"a\":\(a),\"a\":\(a)}", data: 4, "repeats the key 'a'"),
        BadHeader(entry: "3", "not an object"),
        BadHeader(entry: "{}", "dtype"),
        BadHeader(entry: "{\"dtype\":3,\"shape\":[2],\"data_offsets\":[0,8]}", "dtype"),
        BadHeader(entry: "{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}", "'F8_E4M3'", .unsupported),
        BadHeader(entry: "{\"dtype\":\"Q\",\"shape\":[8],\"data_offsets\":[0,8]}", "'Q'", .unsupported),
        BadHeader(entry: "{\"dtype\":\"F32\",\"data_offsets\":[0,8]}", "shape"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}", "not a size"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}", "not a size"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[1e400],\"data_offsets\":[0,8]}", "out of range"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[02],\"data_offsets\":[0,8]}", "leading zero"),
        BadHeader(
            entry: "{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}",
            "larger than any memory"),
        BadHeader(
            entry: "{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4,0],\"data_offsets\":[0,0]}", "larger than any"),
        BadHeader(
            entry: "{\"dtype\":\"F32\",\"shape\":[\(Array(repeating: "1", count: 17).joined(separator: ","))]}",
            "17 axes"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[2]}", "data_offsets"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}", "data_offsets"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}", "outside"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}", "outside"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}", data: 7, "truncated"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}", "outside"),
        BadHeader(entry: "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}", "needs 8"),
        BadHeader(entry: a, "4 bytes at the end"),
        BadHeader(
            "overlap", header: "{\"a\":\(a),\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", data: 6,
            "overlap"),
        BadHeader("same place", header: "{\"a\":\(a),\"b\":\(a)}", data: 4, "overlap"),
        BadHeader(
            "hole", header: "{\"a\":\(a),\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[6,10]}}", data: 10,
            "2 bytes before it"),
    ]

    @Test("a bad header is an error that says why", arguments: badHeaders)
    func badHeader(_ bad: BadHeader) throws {
        let error = try #require(throws: CheckpointError.self) { try open(bad.bytes) }
        #expect(error.kind == bad.kind)
        #expect(error.description.contains(bad.mention), "\(error)")
        #expect(error.description.contains("a.safetensors: "), "\(error)")
    }

    @Test("a header of too many values is refused before it takes memory")
    func manyValues() throws {
        let values = String(repeating: "0,", count: 1 << 20)
        let error = try #require(throws: CheckpointError.self) {
            try open(SafetensorsBytes.file(header: "{\"a\":[\(values)0]}"))
        }
        #expect(error.description.contains("more than 1048576 values"))
    }

    @Test("escapes in names are decoded")
    func escapes() throws {
        let file = try open(
            SafetensorsBytes.file([SafetensorsBytes.float32(#"\u00e9\ud83d\ude00\n\""#, shape: [1], [1])]))
        #expect(Array(file.tensors.keys) == ["é😀\n\""])
        #expect(throws: CheckpointError.self) {
            try open(SafetensorsBytes.file([SafetensorsBytes.float32(#"\ud83d"#, shape: [1], [1])]))
        }
    }

    @Test("a folder, a missing file and a device are errors", arguments: ["/", "/nonexistent", "/dev/zero"])
    func unreadable(path: String) throws {
        let error = try #require(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
        #expect(error.kind == .unreadable)
    }
}
