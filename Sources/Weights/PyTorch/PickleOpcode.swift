/// The pickle opcodes that a state dict written by PyTorch consists of (protocol 2).
enum PickleOpcode: UInt8 {
    case proto = 0x80
    case stop = 0x2e
    case mark = 0x28

    case none = 0x4e
    case newTrue = 0x88
    case newFalse = 0x89
    case binInt = 0x4a
    case binInt1 = 0x4b
    case binInt2 = 0x4d
    case long1 = 0x8a
    case binFloat = 0x47
    case binUnicode = 0x58
    case shortBinString = 0x55

    case emptyDict = 0x7d
    case emptyList = 0x5d
    case emptyTuple = 0x29
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case append = 0x61
    case appends = 0x65
    case setItem = 0x73
    case setItems = 0x75

    case binPut = 0x71
    case longBinPut = 0x72
    case binGet = 0x68
    case longBinGet = 0x6a

    case global = 0x63
    case reduce = 0x52
    case build = 0x62
    case binPersistentID = 0x51

    /// How the refusal of any other opcode names it.
    static func name(ofRefused code: UInt8) -> String {
        let name = refusedNames[code] ?? "unknown"
        return "\(name) (0x\(String(code, radix: 16)))"
    }

    /// Opcodes that exist and are refused: those that make objects of any class, and those of other protocols.
    private static let refusedNames: [UInt8: String] = [
        0x69: "INST", 0x6f: "OBJ", 0x81: "NEWOBJ", 0x92: "NEWOBJ_EX", 0x93: "STACK_GLOBAL",
        0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x50: "PERSID", 0x95: "FRAME", 0x94: "MEMOIZE",
        0x8c: "SHORT_BINUNICODE", 0x8d: "BINUNICODE8", 0x8e: "BINBYTES8", 0x42: "BINBYTES", 0x43: "SHORT_BINBYTES",
        0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER", 0x8b: "LONG4", 0x54: "BINSTRING",
        0x8f: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x64: "DICT", 0x6c: "LIST", 0x30: "POP",
        0x31: "POP_MARK", 0x32: "DUP", 0x46: "FLOAT", 0x49: "INT", 0x4c: "LONG", 0x53: "STRING", 0x56: "UNICODE",
        0x67: "GET", 0x70: "PUT",
    ]
}
