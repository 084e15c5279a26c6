import TensorCore

/// The header of a safetensors file: an 8-byte little-endian length N, then N bytes of JSON that give each tensor's
/// element type, shape and place. Everything that it claims is checked against the file before use.
struct SafetensorsHeader {
    /// The format's own limit on the header.
    static let maximumByteCount = 100_000_000
    /// No published tensor comes near; a bound keeps shapes printable.
    static let maximumRank = 16

    let tensors: [String: StoredTensor]

    /// - Parameter file: the bytes of the whole file.
    /// - Throws: what is wrong with the first thing that is.
    init(file: RawSpan) throws(FormatFault) {
        let headerEnd = try Self.headerEnd(file)
        let bytes = file.extracting(8..<headerEnd).bytes
        guard bytes.first == UInt8(ascii: "{") else { throw .damaged("the header does not start with '{'") }
        guard case .object(let members) = try JSONReader.parse(bytes) else {
            throw .damaged("the header is not a JSON object")
        }
        var tensors: [String: StoredTensor] = [:]
        for (name, value) in members where name != "__metadata__" {
            tensors[name] = try Self.tensor(name, value, dataStart: headerEnd, fileEnd: file.byteCount)
        }
        try Self.checkCoverage(tensors, of: headerEnd..<file.byteCount)
        self.tensors = tensors
    }

    private static func headerEnd(_ file: RawSpan) throws(FormatFault) -> Int {
        guard file.byteCount >= 8 else {
            throw .damaged("it has \(file.byteCount) bytes, too few for a safetensors file")
        }
        let length = file.integer(UInt64.self, at: 0)
        guard length <= maximumByteCount else {
            throw .damaged("its header claims \(length) bytes, above the limit of \(maximumByteCount)")
        }
        guard Int(length) <= file.byteCount - 8 else {
            throw .damaged("its header claims \(length) bytes but only \(file.byteCount - 8) follow; it is truncated")
        }
        return 8 + Int(length)
    }

    private static func tensor(
        _ name: String, _ value: JSONValue, dataStart: Int, fileEnd: Int
    ) throws(FormatFault) -> StoredTensor {
        guard let entry = value.object else {
            throw .damaged("its entry is \(value.kind), not an object", tensor: name)
        }
        let type = try dataType(entry["dtype"], name)
        let shape = try shape(entry["shape"], name)
        guard let byteCount = shape.checkedByteCount(of: type) else {
            throw .damaged("its shape \(shape) is larger than any memory", tensor: name)
        }
        guard let offsets = entry["data_offsets"]?.array, offsets.count == 2,
            case .integer(let begin) = offsets[0], case .integer(let end) = offsets[1]
        else { throw .damaged("its data_offsets are not two whole numbers", tensor: name) }
        guard begin >= 0, begin <= end, end <= fileEnd - dataStart else {
            throw .damaged(
                "its data_offsets [\(begin), \(end)] lie outside the \(fileEnd - dataStart) bytes of data;"
                    + " the file is truncated or its header is wrong", tensor: name)
        }
        guard end - begin == byteCount else {
            throw .damaged(
                "its data_offsets hold \(end - begin) bytes where shape \(shape) of \(type.rawValue) needs"
                    + " \(byteCount)", tensor: name)
        }
        return StoredTensor(
            description: TensorDescription(shape: shape, dataType: type),
            byteRange: dataStart + begin..<dataStart + end)
    }

    private static func dataType(_ value: JSONValue?, _ name: String) throws(FormatFault) -> DataType {
        guard let code = value?.string else { throw .damaged("its dtype is missing or not a string", tensor: name) }
        guard let type = dataTypes[code] else {
            throw .unsupported("its dtype '\(code)' is not one of \(dataTypes.keys.sorted())", tensor: name)
        }
        return type
    }

    private static let dataTypes: [String: DataType] = [
        "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16,
        "I64": .int64, "I32": .int32, "I16": .int16, "I8": .int8,
        "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool,
    ]

    private static func shape(_ value: JSONValue?, _ name: String) throws(FormatFault) -> Shape {
        guard let extents = value?.array else { throw .damaged("its shape is missing or not a list", tensor: name) }
        guard extents.count <= maximumRank else {
            throw .damaged("its shape has \(extents.count) axes, above the limit of \(maximumRank)", tensor: name)
        }
        var dimensions: [Int] = []
        for extent in extents {
            guard case .integer(let dimension) = extent, dimension >= 0 else {
                throw .damaged("its shape holds something that is not a size", tensor: name)
            }
            dimensions.append(dimension)
        }
        return Shape(dimensions)
    }

    /// Tensors must cover the data exactly: neither overlaps nor holes nor bytes after the last one.
    private static func checkCoverage(
        _ tensors: [String: StoredTensor], of data: Range<Int>
    ) throws(FormatFault) {
        let inOrder = tensors.sorted {
            ($0.value.byteRange.lowerBound, $0.value.byteRange.upperBound, $0.key)
                < ($1.value.byteRange.lowerBound, $1.value.byteRange.upperBound, $1.key)
        }
        var end = data.lowerBound
        for (name, tensor) in inOrder {
            let start = tensor.byteRange.lowerBound
            guard start >= end else { throw .damaged("its bytes overlap those of another tensor", tensor: name) }
            guard start == end else {
                throw .damaged("\(start - end) bytes before it belong to no tensor", tensor: name)
            }
            end = tensor.byteRange.upperBound
        }
        guard end == data.upperBound else {
            throw .damaged("\(data.upperBound - end) bytes at the end belong to no tensor")
        }
    }
}
