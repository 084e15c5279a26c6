import TensorCore

/// Reads the subset of pickle that a state dict needs, as data: no opcode runs code, and a name outside
/// ``PickleGlobal`` or an opcode outside ``PickleOpcode`` ends the reading with an error that says which.
struct PickleReader {
    /// Most values on the stack, in the memo, and containers: each bounds memory, and is far above any state dict.
    static let maximumCount = 1 << 20
    /// A tensor has few axes; nothing else that is reduced has long arguments.
    static let maximumRank = 16

    private(set) var objects = PickleObjects()
    /// The value that the pickle stands for.
    private(set) var root = PickleValue.none

    private let bytes: [UInt8]
    private var position = 0
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]

    /// Reads a whole pickle.
    init(_ bytes: [UInt8]) throws(FormatFault) {
        self.bytes = bytes
        while true {
            let code = try integer(UInt8.self)
            guard let opcode = PickleOpcode(rawValue: code) else {
                throw .forbidden(
                    "its pickle uses the opcode \(PickleOpcode.name(ofRefused: code)), which a state dict does not need"
                )
            }
            if opcode == .stop { break }
            try execute(opcode)
            guard stack.count <= Self.maximumCount, marks.count <= Self.maximumCount, memo.count <= Self.maximumCount,
                objects.count <= Self.maximumCount
            else { throw fault("holds more than \(Self.maximumCount) values") }
        }
        root = try pop()
        guard stack.isEmpty, marks.isEmpty else { throw fault("leaves values over at its end") }
        guard position == bytes.count else { throw fault("has bytes after its end") }
    }

    private func fault(_ detail: String) -> FormatFault { .damaged("the pickle \(detail), at byte \(position)") }

    private mutating func execute(_ opcode: PickleOpcode) throws(FormatFault) {
        switch opcode {
        case .proto: try protocolVersion()
        case .stop: break
        case .mark: marks.append(stack.count)
        case .none: stack.append(.none)
        case .newTrue: stack.append(.bool(true))
        case .newFalse: stack.append(.bool(false))
        case .binInt: stack.append(.integer(Int(Int32(bitPattern: try integer(UInt32.self)))))
        case .binInt1: stack.append(.integer(Int(try integer(UInt8.self))))
        case .binInt2: stack.append(.integer(Int(try integer(UInt16.self))))
        case .long1: stack.append(.integer(try longInteger()))
        case .binFloat: stack.append(.real(Double(bitPattern: UInt64(bigEndian: try integer(UInt64.self)))))
        case .binUnicode: stack.append(.string(try text(byteCount: Int(try integer(UInt32.self)))))
        case .shortBinString: stack.append(.string(try text(byteCount: Int(try integer(UInt8.self)))))
        case .emptyDict: pushDictionary([])
        case .emptyList: pushList([])
        case .emptyTuple: pushTuple([])
        case .tuple: pushTuple(try popToMark())
        case .tuple1: pushTuple(try pop(count: 1))
        case .tuple2: pushTuple(try pop(count: 2))
        case .tuple3: pushTuple(try pop(count: 3))
        case .append: try append(try pop(count: 1))
        case .appends: try append(try popToMark())
        case .setItem: try setItems(try pop(count: 2))
        case .setItems: try setItems(try popToMark())
        case .binPut: memo[Int(try integer(UInt8.self))] = try top()
        case .longBinPut: memo[Int(try integer(UInt32.self))] = try top()
        case .binGet: stack.append(try recall(Int(try integer(UInt8.self))))
        case .longBinGet: stack.append(try recall(Int(try integer(UInt32.self))))
        case .global: try pushGlobal()
        case .reduce: try reduce()
        case .build: try build()
        case .binPersistentID: try pushStorage()
        }
    }
}

// MARK: Bytes

extension PickleReader {
    /// The next little-endian integer.
    private mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(
        _ type: Integer.Type
    ) throws(FormatFault) -> Integer {
        let width = MemoryLayout<Integer>.size
        guard bytes.count - position >= width else { throw fault("ends too early") }
        defer { position += width }
        return bytes[position..<position + width].reversed().reduce(0) { $0 << 8 | Integer($1) }
    }

    private mutating func text(byteCount: Int) throws(FormatFault) -> String {
        guard byteCount <= bytes.count - position else { throw fault("claims a text of \(byteCount) bytes") }
        defer { position += byteCount }
        guard let text = String(validating: bytes[position..<position + byteCount], as: UTF8.self) else {
            throw fault("has a text that is not UTF-8")
        }
        return text
    }

    /// A text up to a line feed, which is consumed.
    private mutating func line() throws(FormatFault) -> String {
        guard let end = bytes[position...].firstIndex(of: 0x0a) else { throw fault("ends within a name") }
        let text = try text(byteCount: end - position)
        position += 1
        return text
    }

    /// A two's complement integer that states its own length.
    private mutating func longInteger() throws(FormatFault) -> Int {
        let byteCount = Int(try integer(UInt8.self))
        guard byteCount <= 8 else { throw fault("has an integer of \(byteCount) bytes") }
        guard byteCount <= bytes.count - position else { throw fault("ends too early") }
        guard byteCount > 0 else { return 0 }
        defer { position += byteCount }
        let field = bytes[position..<position + byteCount].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = 64 - 8 * byteCount
        return Int(Int64(bitPattern: field << unused) >> unused)
    }

    private mutating func protocolVersion() throws(FormatFault) {
        let version = try integer(UInt8.self)
        guard version == 2 else {
            throw .unsupported("its pickle has protocol \(version); save it with torch.save's default protocol 2")
        }
    }
}

// MARK: Stack and containers

extension PickleReader {
    private var floor: Int { marks.last ?? 0 }

    private func top() throws(FormatFault) -> PickleValue {
        guard stack.count > floor, let value = stack.last else { throw fault("needs a value that is not there") }
        return value
    }

    private mutating func pop() throws(FormatFault) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    /// The last `count` values, oldest first.
    private mutating func pop(count: Int) throws(FormatFault) -> [PickleValue] {
        guard stack.count - floor >= count else { throw fault("needs \(count) values that are not there") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(FormatFault) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw fault("needs a mark that is not there") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private func recall(_ index: Int) throws(FormatFault) -> PickleValue {
        guard let value = memo[index] else { throw fault("recalls a value that it did not store") }
        return value
    }

    private mutating func pushTuple(_ elements: [PickleValue]) {
        objects.tuples.append(elements)
        stack.append(.tuple(objects.tuples.count - 1))
    }

    private mutating func pushList(_ elements: [PickleValue]) {
        objects.lists.append(elements)
        stack.append(.list(objects.lists.count - 1))
    }

    private mutating func pushDictionary(_ items: [(key: PickleValue, value: PickleValue)]) {
        objects.dictionaries.append(items)
        stack.append(.dictionary(objects.dictionaries.count - 1))
    }

    private mutating func append(_ elements: [PickleValue]) throws(FormatFault) {
        guard case .list(let index) = try top() else { throw fault("appends to \(try top().kind)") }
        objects.lists[index] += elements
    }

    private mutating func setItems(_ flat: [PickleValue]) throws(FormatFault) {
        guard flat.count.isMultiple(of: 2) else { throw fault("has a key without a value") }
        guard case .dictionary(let index) = try top() else { throw fault("sets items of \(try top().kind)") }
        for item in stride(from: 0, to: flat.count, by: 2) {
            objects.dictionaries[index].append((key: flat[item], value: flat[item + 1]))
        }
    }
}

// MARK: What PyTorch puts into them

extension PickleReader {
    private mutating func pushGlobal() throws(FormatFault) {
        let module = try line()
        let name = try line()
        guard let global = PickleGlobal(module: module, name: name) else {
            throw .forbidden("its pickle names '\(module).\(name)', which weights do not need")
        }
        stack.append(.global(global))
    }

    private mutating func reduce() throws(FormatFault) {
        let arguments = try popTuple()
        guard case .global(let function) = try pop() else { throw fault("calls something that is not a function") }
        switch function {
        case .orderedDictionary:
            guard arguments.isEmpty else { throw fault("makes an OrderedDict with arguments") }
            pushDictionary([])
        case .rebuildTensor:
            objects.tensors.append(try tensor(arguments))
            stack.append(.tensor(objects.tensors.count - 1))
        case .rebuildParameter:
            guard arguments.count == 3, case .tensor = arguments[0] else {
                throw fault("makes a parameter of something that is not a tensor")
            }
            stack.append(arguments[0])
        case .storage:
            throw .forbidden("its pickle calls \(function.name)")
        }
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`. A seventh argument would carry
    /// flags such as "negated" that change the values.
    private func tensor(_ arguments: [PickleValue]) throws(FormatFault) -> PickledTensor {
        guard arguments.count == 6, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1]
        else { throw fault("makes a tensor from arguments that do not fit") }
        let dimensions = try sizes(arguments[2])
        let strides = try sizes(arguments[3])
        guard offset >= 0, dimensions.count == strides.count else { throw fault("makes a tensor of impossible shape") }
        return PickledTensor(
            storage: objects.storages[storage], offset: offset, dimensions: dimensions, strides: strides)
    }

    /// A tuple of a few numbers of which none is negative.
    private func sizes(_ value: PickleValue) throws(FormatFault) -> [Int] {
        guard case .tuple(let index) = value, objects.tuples[index].count <= Self.maximumRank else {
            throw fault("makes a tensor of impossible shape")
        }
        var sizes: [Int] = []
        for element in objects.tuples[index] {
            guard case .integer(let size) = element, size >= 0 else {
                throw fault("makes a tensor of impossible shape")
            }
            sizes.append(size)
        }
        return sizes
    }

    /// The attributes of an ordered dictionary, which hold versions of modules: of no use here.
    private mutating func build() throws(FormatFault) {
        guard case .dictionary = try pop() else { throw fault("sets attributes from something odd") }
        guard case .dictionary = try top() else { throw fault("sets attributes of \(try top().kind)") }
    }

    private mutating func pushStorage() throws(FormatFault) {
        let identifier = try popTuple()
        guard identifier.count == 5, case .string("storage") = identifier[0],
            case .global(.storage(let type)) = identifier[1], case .string(let key) = identifier[2],
            case .string = identifier[3], case .integer(let count) = identifier[4], count >= 0
        else { throw fault("refers to something that is not a storage") }
        objects.storages.append(PickledStorage(key: key, dataType: type, elementCount: count))
        stack.append(.storage(objects.storages.count - 1))
    }

    private mutating func popTuple() throws(FormatFault) -> [PickleValue] {
        guard case .tuple(let index) = try pop() else { throw fault("needs a tuple that is not there") }
        return objects.tuples[index]
    }
}
