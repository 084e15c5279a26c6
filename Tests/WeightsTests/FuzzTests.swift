import Foundation
import TensorCore
import TestSupport
import Testing
import Weights

/// Damages small sound files in some thousand seeded ways. Each mutant must be refused with an error or read to its
/// end; none may crash or claim tensors larger than its file.
@Suite("Fuzzed checkpoints", .serialized)
struct FuzzTests {
    private static let mutantCount = 300

    /// The note is of no consequence: mutants that hit it alone stay sound.
    private static let safetensors = SafetensorsBytes.file(
        [
            SafetensorsBytes.float32("a.weight", shape: [2, 3], [1, 2, 3, 4, 5, 6]),
            SafetensorsBytes.bits16("b", type: "BF16", [0x3f80, 0x4000, 0x4040]),
            SafetensorsBytes.bits16("c", type: "F16", [0x3c00]),
            SafetensorsBytes.Tensor(name: "d", type: "I64", shape: [], bytes: UInt64(5).littleEndianBytes),
        ], note: String(repeating: "note ", count: 40))

    private static let tensors = [
        TorchTensor.float32("a.weight", [1, 2, 3, 4, 5, 6], shape: [3, 2], strides: [1, 3]),
        TorchTensor(
            name: "b", type: "HalfStorage", key: "1", storage: [UInt16(0x3c00), 0x4000].littleEndianBytes,
            storageCount: 2, offset: 1, shape: [1], strides: [1]),
    ]

    @Test("safetensors", arguments: 0..<4)
    func safetensors(seed: UInt64) throws {
        try fuzz(seed: seed) { generator in Mutation.mutate(Self.safetensors, &generator) }
    }

    @Test("safetensors with a header of the right length", arguments: 4..<8)
    func header(seed: UInt64) throws {
        let headerEnd = 8 + Int(Self.safetensors[0]) + Int(Self.safetensors[1]) << 8
        try fuzz(seed: seed) { generator in
            let header = Mutation.mutate(Array(Self.safetensors[8..<headerEnd]), &generator)
            return UInt64(header.count).littleEndianBytes + header + Self.safetensors[headerEnd...]
        }
    }

    @Test("PyTorch archives", arguments: 8..<12)
    func archive(seed: UInt64) throws {
        var zip = TorchArchive.zip(Self.tensors)
        zip.isWide = seed.isMultiple(of: 2)
        for index in zip.entries.indices { zip.entries[index].isWide = zip.isWide }
        let bytes = zip.bytes
        try fuzz(seed: seed) { generator in Mutation.mutate(bytes, &generator) }
    }

    @Test("PyTorch archives with a pickle of the right checksum", arguments: 12..<16)
    func pickle(seed: UInt64) throws {
        let pickle = PickleBytes.make { $0.stateDict(Self.tensors) }
        try fuzz(seed: seed) { generator in
            TorchArchive.zip(Self.tensors, pickle: Mutation.mutate(pickle, &generator)).bytes
        }
    }

    private func fuzz(seed: UInt64, _ mutant: (inout SeededGenerator) -> [UInt8]) throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: seed)
        var readCount = 0
        for index in 0..<Self.mutantCount {
            let bytes = mutant(&generator)
            let path = try folder.write(bytes, as: "\(index)")
            if try opens(bytes, at: path) { readCount += 1 }
            try FileManager.default.removeItem(atPath: path)
        }
        // Some mutants hit only values or unused bytes, so both outcomes must occur.
        #expect(readCount > 0 && readCount < Self.mutantCount)
    }

    /// Opens a mutant and reads all of its tensors; says whether it could be opened.
    private func opens(_ bytes: [UInt8], at path: String) throws -> Bool {
        let source: any WeightSource
        do {
            let isZip = bytes.starts(with: Array("PK".utf8))
            source = isZip ? try PyTorchCheckpoint(path: path) : try SafetensorsFile(path: path)
        } catch {
            return false
        }
        for (name, tensor) in source.tensors {
            try #require(tensor.shape.elementCount <= bytes.count)
            do {
                let values = try source.float32(name)
                #expect(values.allSatisfy { $0.isFinite })
            } catch {
                continue
            }
        }
        return true
    }
}
