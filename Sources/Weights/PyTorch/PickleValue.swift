import TensorCore

/// A value of a pickle. Containers stand in their ``PickleObjects`` and are named by index: they may be shared, and
/// may even contain themselves, without cycles in memory or recursion when they go away.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(PickleGlobal)
    case storage(Int)
    case tensor(Int)

    /// What it is, for messages.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a boolean"
        case .integer, .real: "a number"
        case .string: "a string"
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .global(let global): global.name
        case .storage: "a storage"
        case .tensor: "a tensor"
        }
    }
}

/// The containers of a pickle.
struct PickleObjects {
    var tuples: [[PickleValue]] = []
    var lists: [[PickleValue]] = []
    var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    var storages: [PickledStorage] = []
    var tensors: [PickledTensor] = []

    var count: Int { tuples.count + lists.count + dictionaries.count + storages.count + tensors.count }
}

/// `('storage', type, key, location, element count)`, by which a tensor names its bytes; the location is ignored.
struct PickledStorage: Equatable {
    let key: String
    let dataType: DataType
    let elementCount: Int
}

/// The arguments of `_rebuild_tensor_v2`, unchecked; offset and strides count elements.
struct PickledTensor: Equatable {
    let storage: PickledStorage
    let offset: Int
    let dimensions: [Int]
    let strides: [Int]
}

/// The names that a pickle may refer to. None of them is ever called: they are recognised.
enum PickleGlobal: Equatable {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    case storage(DataType)

    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", let name):
            guard let type = Self.storageTypes[name] else { return nil }
            self = .storage(type)
        default: return nil
        }
    }

    var name: String {
        switch self {
        case .orderedDictionary: "collections.OrderedDict"
        case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
        case .rebuildParameter: "torch._utils._rebuild_parameter"
        case .storage(let type): "a storage type (\(type.rawValue))"
        }
    }

    private static let storageTypes: [String: DataType] = [
        "HalfStorage": .float16, "FloatStorage": .float32, "DoubleStorage": .float64, "BFloat16Storage": .bfloat16,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8, "BoolStorage": .bool,
    ]
}
