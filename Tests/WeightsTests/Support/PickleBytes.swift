/// Writes pickles by hand, opcode by opcode, as `torch.save` lays them out.
struct PickleBytes {
    private(set) var bytes: [UInt8] = [0x80, 2]

    static func make(_ write: (inout PickleBytes) -> Void) -> [UInt8] {
        var pickle = PickleBytes()
        write(&pickle)
        return pickle.bytes + [UInt8(ascii: ".")]
    }

    mutating func raw(_ bytes: [UInt8]) { self.bytes += bytes }
    mutating func opcode(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }
    mutating func mark() { opcode("(") }
    mutating func reduce() { opcode("R") }

    mutating func global(_ module: String, _ name: String) { raw(Array("c\(module)\n\(name)\n".utf8)) }

    mutating func string(_ text: String) {
        opcode("X")
        raw(UInt32(text.utf8.count).littleEndianBytes + Array(text.utf8))
    }

    /// In the shortest form that Python would choose.
    mutating func integer(_ value: Int) {
        switch value {
        case 0..<256: raw([UInt8(ascii: "K"), UInt8(value)])
        case 256..<65536: raw([UInt8(ascii: "M")] + UInt16(value).littleEndianBytes)
        case Int(Int32.min)...Int(Int32.max): raw([UInt8(ascii: "J")] + Int32(value).littleEndianBytes)
        default: raw([0x8a, 8] + Int64(value).littleEndianBytes)
        }
    }

    mutating func integers(_ values: [Int]) {
        mark()
        for value in values { integer(value) }
        opcode("t")
    }

    mutating func emptyOrderedDictionary() {
        global("collections", "OrderedDict")
        opcode(")")
        reduce()
    }

    mutating func storage(_ type: String, key: String, count: Int, location: String = "cpu") {
        mark()
        string("storage")
        global("torch", type)
        string(key)
        string(location)
        integer(count)
        opcode("t")
        opcode("Q")
    }

    mutating func tensor(_ tensor: TorchTensor) {
        global("torch._utils", "_rebuild_tensor_v2")
        mark()
        storage(tensor.type, key: tensor.key, count: tensor.storageCount, location: tensor.location)
        integer(tensor.offset)
        integers(tensor.shape)
        integers(tensor.strides)
        raw([0x89])
        emptyOrderedDictionary()
        opcode("t")
        reduce()
    }

    /// An OrderedDict of tensors, with the module versions that PyTorch attaches to it.
    mutating func stateDict(_ tensors: [TorchTensor]) {
        emptyOrderedDictionary()
        raw([UInt8(ascii: "q"), 0])
        mark()
        for tensor in tensors {
            string(tensor.name)
            self.tensor(tensor)
        }
        opcode("u")
        opcode("}")
        string("_metadata")
        emptyOrderedDictionary()
        opcode("s")
        opcode("b")
    }
}

/// A tensor and its storage as a PyTorch archive holds them.
struct TorchTensor {
    var name: String
    var type = "FloatStorage"
    var key = "0"
    var location = "cpu"
    var storage: [UInt8]
    var storageCount: Int
    var offset = 0
    var shape: [Int]
    var strides: [Int]

    /// A float32 tensor over a storage of the given values.
    static func float32(
        _ name: String, key: String = "0", _ values: [Float], offset: Int = 0, shape: [Int], strides: [Int]
    ) -> TorchTensor {
        TorchTensor(
            name: name, key: key, storage: values.map(\.bitPattern).littleEndianBytes, storageCount: values.count,
            offset: offset, shape: shape, strides: strides)
    }
}

/// Puts pickles and storages into archives as `torch.save` does.
enum TorchArchive {
    static func zip(_ tensors: [TorchTensor], pickle: [UInt8]? = nil, root: String = "archive") -> ZipBytes {
        let pickle = pickle ?? PickleBytes.make { $0.stateDict(tensors) }
        var zip = ZipBytes()
        zip.entries.append(ZipBytes.Entry(name: "\(root)/data.pkl", content: pickle))
        zip.entries.append(ZipBytes.Entry(name: "\(root)/byteorder", content: Array("little".utf8)))
        var keys: Set<String> = []
        for tensor in tensors where keys.insert(tensor.key).inserted {
            zip.entries.append(
                ZipBytes.Entry(name: "\(root)/data/\(tensor.key)", content: tensor.storage, padding: 37))
        }
        zip.entries.append(ZipBytes.Entry(name: "\(root)/version", content: Array("3\n".utf8)))
        return zip
    }
}
