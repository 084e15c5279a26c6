import Foundation

/// A safetensors file in memory, to be written again with a fault.
struct SafetensorsCopy {
    struct FormatError: Error {}

    private var header: [String: Any]
    private(set) var data: Data

    init(contentsOf path: String) throws {
        let bytes = try Data(contentsOf: URL(filePath: path))
        let headerLength = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 8 + headerLength,
            let object = try JSONSerialization.jsonObject(with: bytes.dropFirst(8).prefix(headerLength))
                as? [String: Any]
        else { throw FormatError() }
        header = object
        data = Data(bytes.dropFirst(8 + headerLength))
    }

    /// Adds a float32 tensor of zeros.
    mutating func add(_ name: String, shape: [Int]) {
        let byteCount = 4 * shape.reduce(1, *)
        header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [data.count, data.count + byteCount]]
        data.append(Data(count: byteCount))
    }

    /// Makes a tensor known under another name.
    mutating func rename(_ name: String, to newName: String) throws {
        guard let entry = header.removeValue(forKey: name) else { throw FormatError() }
        header[newName] = entry
    }

    /// Replaces an element of a float32 tensor.
    mutating func set(_ name: String, _ index: Int, _ value: Float) throws {
        guard let entry = header[name] as? [String: Any], entry["dtype"] as? String == "F32",
            let offsets = entry["data_offsets"] as? [Int], offsets[0] + 4 * (index + 1) <= offsets[1]
        else { throw FormatError() }
        let start = data.startIndex + offsets[0] + 4 * index
        data.replaceSubrange(start..<start + 4, with: littleEndian(UInt64(value.bitPattern), byteCount: 4))
    }

    /// The whole file.
    func bytes() throws -> Data {
        var json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
        json.append(Data(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        return littleEndian(UInt64(json.count), byteCount: 8) + json + data
    }

    private func littleEndian(_ value: UInt64, byteCount: Int) -> Data {
        Data((0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) })
    }
}
