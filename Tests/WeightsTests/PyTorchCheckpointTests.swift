import TensorCore
import Testing
import Weights

@Suite("PyTorch checkpoints")
struct PyTorchCheckpointTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ zip: ZipBytes) throws -> PyTorchCheckpoint {
        try PyTorchCheckpoint(path: try folder.write(zip.bytes, as: "a.pt"))
    }

    private func open(_ tensors: [TorchTensor]) throws -> PyTorchCheckpoint { try open(TorchArchive.zip(tensors)) }

    /// 0, 1, 2, ...
    private static func ramp(_ count: Int) -> [Float] { (0..<count).map { Float($0) } }

    private static let matrix = TorchTensor.float32("m", ramp(6), shape: [2, 3], strides: [3, 1])

    @Test("tensors come back, whatever device they were on")
    func roundTrip() throws {
        let half = TorchTensor(
            name: "h", type: "HalfStorage", key: "1", location: "cuda:0",
            storage: [UInt16(0x3c00), 0xc000].littleEndianBytes, storageCount: 2, shape: [2], strides: [1])
        let brain = TorchTensor(
            name: "b", type: "BFloat16Storage", key: "2", storage: UInt16(0x4040).littleEndianBytes, storageCount: 1,
            shape: [], strides: [])
        let step = TorchTensor(
            name: "n", type: "LongStorage", key: "3", storage: UInt64(7).littleEndianBytes, storageCount: 1, shape: [],
            strides: [])
        let file = try open([Self.matrix, half, brain, step])
        #expect(file.tensors["m"] == TensorDescription(shape: [2, 3], dataType: .float32))
        #expect(file.tensors["h"] == TensorDescription(shape: [2], dataType: .float16))
        #expect(try file.float32("m") == Self.ramp(6))
        #expect(try file.float32("h") == [1, -2])
        #expect(try file.float32("b") == [3])
        #expect(throws: WeightError.notFloatingPoint(name: "n", found: .int64)) { try file.float32("n") }
        #expect(throws: WeightError.missing("x")) { try file.float32("x") }
        file.releaseMemory()
        #expect(try file.float32("m") == Self.ramp(6))
    }

    @Test("strides and offsets are honoured")
    func strides() throws {
        let storage = Self.ramp(60)
        let file = try open([
            .float32("transposed", storage, shape: [10, 6], strides: [1, 10]),
            .float32("view", storage, offset: 7, shape: [2, 3], strides: [20, 2]),
            .float32("part", storage, offset: 50, shape: [9], strides: [1]),
            .float32("one", storage, offset: 59, shape: [1, 1], strides: [777, 5]),
            .float32("empty", storage, shape: [0, 5], strides: [5, 1]),
            .float32("column", storage, offset: 3, shape: [20, 1, 1], strides: [2, 9, 9]),
        ])
        let transposed = (0..<10).flatMap { row in (0..<6).map { Float(row + 10 * $0) } }
        #expect(try file.float32("transposed") == transposed)
        #expect(try file.float32("view") == [7, 9, 11, 27, 29, 31])
        #expect(try file.float32("part") == Self.ramp(60).suffix(10).dropLast())
        #expect(try file.float32("one") == [59])
        #expect(try file.float32("empty") == [])
        #expect(try file.float32("column") == (0..<20).map { Float(3 + 2 * $0) })
    }

    @Test("a NaN in a strided tensor is found at its row-major index")
    func stridedNaN() throws {
        var storage = Self.ramp(60)
        storage[10 * 4 + 5] = .nan
        let file = try open([.float32("t", storage, shape: [10, 6], strides: [1, 10])])
        #expect(throws: WeightError.notFinite(name: "t", index: 5 * 6 + 4)) { try file.float32("t") }
    }

    @Test("a state dict may be nested under a usual key", arguments: ["state_dict", "model"])
    func nested(key: String) throws {
        let pickle = PickleBytes.make { pickle in
            pickle.opcode("}")
            pickle.mark()
            pickle.string("epoch")
            pickle.integer(70_000)
            pickle.string("loss")
            pickle.raw([UInt8(ascii: "G")] + UInt64(0.5.bitPattern).littleEndianBytes.reversed())
            pickle.string(key)
            pickle.stateDict([Self.matrix])
            pickle.opcode("u")
        }
        let file = try open(TorchArchive.zip([Self.matrix], pickle: pickle))
        #expect(Array(file.tensors.keys) == ["m"])
        #expect(try file.float32("m") == Self.ramp(6))
    }

    @Test("a plain dictionary, a parameter and 64-bit zip records are read")
    func variants() throws {
        let pickle = PickleBytes.make { pickle in
            pickle.opcode("}")
            pickle.string("p")
            pickle.global("torch._utils", "_rebuild_parameter")
            pickle.tensor(Self.matrix)
            pickle.raw([0x88])
            pickle.emptyOrderedDictionary()
            pickle.raw([0x87])
            pickle.reduce()
            pickle.opcode("s")
        }
        var zip = TorchArchive.zip([Self.matrix], pickle: pickle, root: "model-47500")
        zip.isWide = true
        zip.comment = Array("a comment".utf8)
        for index in zip.entries.indices { zip.entries[index].isWide = true }
        #expect(try open(zip).float32("p") == Self.ramp(6))
    }

    @Test("a storage with a wrong checksum is an error when it is read")
    func storageChecksum() throws {
        var zip = TorchArchive.zip([Self.matrix])
        zip.entries[2].checksum = 1
        let file = try open(zip)
        let error = try #require(throws: WeightError.self) { try file.float32("m") }
        #expect(error.description.contains("checksum"), "\(error)")
    }

    struct BadTensor: CustomTestStringConvertible {
        let testDescription: String
        let tensor: TorchTensor
        let mention: String
        var kind = CheckpointError.Kind.damaged

        init(_ mention: String, _ kind: CheckpointError.Kind = .damaged, _ change: (inout TorchTensor) -> Void) {
            var tensor = PyTorchCheckpointTests.matrix
            change(&tensor)
            (self.mention, self.kind, self.tensor, testDescription) = (mention, kind, tensor, "\(tensor)")
        }
    }

    static let badTensors = [
        BadTensor("reach beyond") { $0.offset = 1 },
        BadTensor("reach beyond") { $0.strides = [4, 1] },
        BadTensor("reach beyond") { $0.strides = [.max, .max] },
        BadTensor("reach beyond") { $0.offset = .max },
        BadTensor("larger than any") { $0.shape = [1 << 40, 1 << 40] },
        BadTensor("larger than any") {
            $0.shape = [1 << 62, 4, 0]; $0.strides = [1, 1, 1]
        },
        BadTensor("expanded", .unsupported) {
            $0.shape = [1 << 30, 3]; $0.strides = [0, 1]
        },
        BadTensor("impossible") { $0.shape = [-2, 3] },
        BadTensor("impossible") { $0.strides = [3, -1] },
        BadTensor("impossible") { $0.offset = -1 },
        BadTensor("impossible") { $0.strides = [1] },
        BadTensor("impossible") { tensor in
            tensor.shape = Array(repeating: 1, count: 17)
            tensor.strides = tensor.shape
        },
        BadTensor("its storage has 24 bytes") { $0.storageCount = 7 },
        BadTensor("its storage has 24 bytes") { $0.storageCount = .max },
        BadTensor("its storage has 24 bytes") { $0.type = "HalfStorage" },
        BadTensor("not a storage") { $0.storageCount = -6 },
    ]

    @Test("a tensor that does not fit its storage is an error", arguments: badTensors)
    func badTensor(_ bad: BadTensor) throws {
        let error = try #require(throws: CheckpointError.self) { try open([bad.tensor]) }
        #expect(error.kind == bad.kind)
        #expect(error.description.contains(bad.mention), "\(error)")
    }

    @Test("a storage that is not in the archive is an error")
    func missingStorage() throws {
        var zip = TorchArchive.zip([Self.matrix])
        zip.entries.remove(at: 2)
        let error = try #require(throws: CheckpointError.self) { try open(zip) }
        #expect(error.kind == .incomplete)
        #expect(error.tensor == "m")
    }

    @Test("a storage name does not leave the data folder")
    func storageEscape() throws {
        var tensor = Self.matrix
        tensor.key = "../version"
        var zip = TorchArchive.zip([tensor])
        zip.entries.remove(at: 2)
        let error = try #require(throws: CheckpointError.self) { try open(zip) }
        #expect(error.kind == .incomplete)
    }

    @Test("a name twice is an error")
    func duplicate() throws {
        let error = try #require(throws: CheckpointError.self) { try open([Self.matrix, Self.matrix]) }
        #expect(error.description.contains("twice"))
    }
}
