import TensorCore
import Testing
import Weights

@Suite("Pickle")
struct PickleTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(pickle: [UInt8]) throws -> PyTorchCheckpoint {
        try PyTorchCheckpoint(path: try folder.write(TorchArchive.zip([], pickle: pickle).bytes, as: "a.pt"))
    }

    private func refusal(of pickle: [UInt8]) throws -> CheckpointError {
        try #require(throws: CheckpointError.self) { try open(pickle: pickle) }
    }

    static let forbidden: [(String, String)] = [
        ("posix", "system"), ("os", "system"), ("builtins", "eval"), ("__builtin__", "exec"), ("subprocess", "Popen"),
        ("torch", "load"), ("torch", "ComplexFloatStorage"), ("torch.storage", "_load_from_bytes"),
        ("torch._utils", "_rebuild_tensor"), ("collections", "defaultdict"), ("collections ", "OrderedDict"),
        ("numpy.core.multiarray", "_reconstruct"), ("", ""),
    ]

    @Test("a name outside the list is refused by name, before anything is called", arguments: forbidden)
    func forbiddenGlobal(module: String, name: String) throws {
        let error = try refusal(
            of: PickleBytes.make { pickle in
                pickle.global(module, name)
                pickle.string("touch /tmp/owned")
                pickle.raw([0x85])
                pickle.reduce()
            })
        #expect(error.kind == .forbidden)
        #expect(error.description.contains("'\(module).\(name)'"), "\(error)")
    }

    static let opcodes: [(UInt8, String)] = [
        (0x69, "INST"), (0x6f, "OBJ"), (0x81, "NEWOBJ"), (0x92, "NEWOBJ_EX"), (0x93, "STACK_GLOBAL"), (0x82, "EXT1"),
        (0x83, "EXT2"), (0x84, "EXT4"), (0x50, "PERSID"), (0x95, "FRAME"), (0x32, "DUP"), (0xff, "unknown (0xff)"),
    ]

    @Test("an opcode outside the list is refused by name", arguments: opcodes)
    func forbiddenOpcode(code: UInt8, name: String) throws {
        let error = try refusal(of: PickleBytes.make { $0.raw([code]) })
        #expect(error.kind == .forbidden)
        #expect(error.description.contains(name), "\(error)")
    }

    @Test("every opcode outside the list is refused")
    func allOpcodes() throws {
        let known = Set("}])(qrhjXUcJKMGNtRQbsuae.".unicodeScalars.map { UInt8(ascii: $0) })
            .union([0x80, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a])
        for code in UInt8.min...UInt8.max where !known.contains(code) {
            #expect(try refusal(of: PickleBytes.make { $0.raw([code]) }).kind == .forbidden, "opcode \(code)")
        }
    }

    static let damaged: [(String, [UInt8])] = [
        ("ends too early", [0x80, 2]),
        ("ends too early", [0x80, 2, 0x4a, 1]),
        ("ends too early", [0x80, 2, 0x8a, 4, 1]),
        ("integer of 255 bytes", [0x80, 2, 0x8a, 255]),
        ("claims a text of 4294967295 bytes", [0x80, 2, 0x58, 255, 255, 255, 255]),
        ("not UTF-8", [0x80, 2, 0x55, 1, 255, 0x2e]),
        ("ends within a name", Array("\u{80}".unicodeScalars.map { UInt8($0.value) }) + [2] + Array("cos".utf8)),
        ("needs a value", [0x80, 2, 0x2e]),
        ("needs a value", [0x80, 2, 0x71, 0]),
        ("needs a value", [0x80, 2, 0x4e, 0x28, 0x71, 0]),
        ("needs 2 values", [0x80, 2, 0x4e, 0x28, 0x4e, 0x86]),
        ("needs a mark", [0x80, 2, 0x74]),
        ("did not store", [0x80, 2, 0x68, 9]),
        ("did not store", [0x80, 2, 0x6a, 255, 255, 255, 255]),
        ("appends to a dictionary", [0x80, 2, 0x7d, 0x4e, 0x61]),
        ("sets items of a list", [0x80, 2, 0x5d, 0x4e, 0x4e, 0x73]),
        ("key without a value", [0x80, 2, 0x7d, 0x28, 0x4e, 0x75]),
        ("not a function", [0x80, 2, 0x4e, 0x29, 0x52]),
        ("needs a tuple", [0x80, 2, 0x4e, 0x4e, 0x52]),
        ("not a storage", [0x80, 2, 0x29, 0x51]),
        ("something odd", [0x80, 2, 0x7d, 0x4e, 0x62]),
        ("sets attributes of a list", [0x80, 2, 0x5d, 0x7d, 0x62]),
        ("leaves values over", [0x80, 2, 0x4e, 0x7d, 0x2e]),
        ("leaves values over", [0x80, 2, 0x28, 0x7d, 0x2e]),
        ("bytes after its end", [0x80, 2, 0x7d, 0x2e, 0x2e]),
    ]

    @Test("a broken pickle is an error", arguments: damaged)
    func broken(mention: String, pickle: [UInt8]) throws {
        let error = try refusal(of: pickle)
        #expect(error.kind == .damaged)
        #expect(error.description.contains(mention), "\(error)")
    }

    static let unsupported: [(String, [UInt8])] = [
        ("protocol 4", [0x80, 4, 0x7d, 0x2e]),
        ("holds a list", [0x80, 2, 0x5d, 0x2e]),
        ("holds None", [0x80, 2, 0x4e, 0x2e]),
        ("holds a tuple", [0x80, 2, 0x29, 0x2e]),
        ("key that is a number", [0x80, 2, 0x7d, 0x4b, 1, 0x4e, 0x73, 0x2e]),
        ("tensor 'a': it is a boolean", [0x80, 2, 0x7d, 0x55, 1, 0x61, 0x88, 0x73, 0x2e]),
    ]

    @Test("a pickle of something else is an error that says what", arguments: unsupported)
    func somethingElse(mention: String, pickle: [UInt8]) throws {
        let error = try refusal(of: pickle)
        #expect(error.kind == .unsupported)
        #expect(error.description.contains(mention), "\(error)")
    }

    @Test("calls with arguments that do not fit are errors")
    func badCalls() throws {
        for (module, name) in [
            ("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"),
            ("torch._utils", "_rebuild_parameter"), ("torch", "FloatStorage"),
        ] {
            _ = try refusal(
                of: PickleBytes.make { pickle in
                    pickle.global(module, name)
                    pickle.integer(3)
                    pickle.raw([0x85])
                    pickle.reduce()
                })
        }
    }

    @Test("a million nested containers and a container of itself do not overflow the stack")
    func nesting() throws {
        let tuples = [0x80, 2, 0x29] + [UInt8](repeating: 0x85, count: 1_000_000) + [0x2e]
        #expect(try refusal(of: tuples).kind == .unsupported)
        let lists: [UInt8] =
            [0x80, 2] + [UInt8](repeating: 0x5d, count: 500_000) + [UInt8](repeating: 0x61, count: 499_999)
        #expect(try refusal(of: lists + [0x2e]).description.contains("holds a list"))
        let itself: [UInt8] = [0x80, 2, 0x7d, 0x71, 0, 0x55, 5] + Array("model".utf8) + [0x68, 0, 0x73, 0x2e]
        #expect(try refusal(of: itself).description.contains("'model': it is a dictionary"))
    }

    @Test("too many values are refused", arguments: [UInt8(0x4e), 0x28, 0x5d])
    func limits(opcode: UInt8) throws {
        let pickle = [0x80, 2] + [UInt8](repeating: opcode, count: (1 << 20) + 1) + [0x2e]
        #expect(try refusal(of: pickle).description.contains("more than 1048576 values"))
    }

    @Test("integers of every form are read")
    func integers() throws {
        // As a storage's element count, each form must be understood for the tensor to fit its storage.
        for (count, form) in [
            (5, [0x4b, 5]), (5, [0x4d, 5, 0]), (5, [0x4a, 5, 0, 0, 0]), (5, [0x8a, 1, 5]), (0, [0x8a, 0]),
        ]
            as [(Int, [UInt8])]
        {
            let tensor = TorchTensor.float32(
                "t", [Float](repeating: 2, count: count), shape: [count], strides: [1])
            let pickle = PickleBytes.make { pickle in
                pickle.opcode("}")
                pickle.string("t")
                pickle.global("torch._utils", "_rebuild_tensor_v2")
                pickle.mark()
                pickle.mark()
                pickle.string("storage")
                pickle.global("torch", "FloatStorage")
                pickle.string("0")
                pickle.string("cpu")
                pickle.raw(form)
                pickle.opcode("t")
                pickle.opcode("Q")
                pickle.integer(0)
                pickle.integers([count])
                pickle.integers([1])
                pickle.raw([0x89])
                pickle.emptyOrderedDictionary()
                pickle.opcode("t")
                pickle.reduce()
                pickle.opcode("s")
            }
            let path = try folder.write(TorchArchive.zip([tensor], pickle: pickle).bytes, as: "i.pt")
            #expect(try PyTorchCheckpoint(path: path).float32("t").count == count)
        }
    }
}
