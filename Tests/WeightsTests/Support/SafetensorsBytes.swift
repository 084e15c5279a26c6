/// Writes safetensors files by hand, right or wrong.
enum SafetensorsBytes {
    struct Tensor {
        var name: String
        var type: String
        var shape: [Int]
        var bytes: [UInt8]
    }

    /// A sound file with a note in its metadata, its header padded with `padding` spaces.
    static func file(_ tensors: [Tensor], padding: Int = 0, note: String = "pt") -> [UInt8] {
        var entries = ["\"__metadata__\":{\"format\":\"\(note)\"}"]
        var data: [UInt8] = []
        for tensor in tensors {
            entries.append(
                "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":\(tensor.shape),"
                    + "\"data_offsets\":[\(data.count),\(data.count + tensor.bytes.count)]}")
            data += tensor.bytes
        }
        let header = "{" + entries.joined(separator: ",") + "}" + String(repeating: " ", count: padding)
        return file(header: header, data: data)
    }

    /// Any header before any data.
    static func file(header: String, data: [UInt8] = []) -> [UInt8] {
        UInt64(header.utf8.count).littleEndianBytes + Array(header.utf8) + data
    }

    static func float32(_ name: String, shape: [Int], _ values: [Float]) -> Tensor {
        Tensor(name: name, type: "F32", shape: shape, bytes: values.map(\.bitPattern).littleEndianBytes)
    }

    static func bits16(_ name: String, type: String, _ values: [UInt16]) -> Tensor {
        Tensor(name: name, type: type, shape: [values.count], bytes: values.littleEndianBytes)
    }
}
