import TensorCore

/// How the kernels that reuse data are written: products, attention, layer norm. Tile and vector compute the same sums in
/// the same order where `docs/kernels.md` says so, from the same layouts; matrix units have an order of their own.
package enum KernelForm: Sendable, Hashable, Codable, RawRepresentable, CaseIterable {
    /// For GPUs: work-groups share tiles in local memory.
    case tile
    /// For processors: an item works alone on wide vectors, without barriers or local memory.
    case vector
    /// Products and attention in float16 or bfloat16 on a matrix unit.
    case matrix(MatrixUnit)
    /// The same kernels on any device: what each lane holds is as the unit prescribes, what it computes is ordinary
    /// arithmetic.
    case emulation(MatrixUnit)

    /// The forms for any device that are of use on it.
    package static let portable: [KernelForm] = [.tile, .vector]
    /// The forms that show on any device whether the kernels for matrix units are right.
    package static let emulations: [KernelForm] =
        MatrixUnit.allCases.map { $0.isPlain ? .matrix($0) : .emulation($0) }

    package static let allCases = portable + MatrixUnit.allCases.map(matrix) + MatrixUnit.allCases.map(emulation)

    /// The form for a device without a matrix unit. A processor whose driver has no use for vectors puts work-items side by
    /// side into the lanes of its registers instead, as a GPU does: one item alone would leave most of them empty.
    package init(for device: OpenCLDevice) {
        self = device.kind == .cpu && device.limits.nativeVectorWidth != 1 ? .vector : .tile
    }

    package var matrixUnit: MatrixUnit? {
        switch self {
        case .tile, .vector: nil
        case .matrix(let unit), .emulation(let unit): unit
        }
    }

    /// The form with the local memory that drivers advertise in place of this one's; nil if that is enough for this one.
    var withAdvertisedMemory: KernelForm? {
        switch self {
        case .matrix(.mmaWide): .matrix(.mma)
        case .matrix(.wgmmaWide): .matrix(.wgmma)
        case .tile, .vector, .matrix, .emulation: nil
        }
    }

    /// Whether the device has to have the unit.
    var isOnMatrixUnit: Bool { matrixUnit.map { !$0.isPlain } ?? false && !isEmulation }

    package var isEmulation: Bool { if case .emulation = self { true } else { false } }

    /// `tile`, `mma`, `emulated mma`.
    package var rawValue: String {
        switch self {
        case .tile: "tile"
        case .vector: "vector"
        case .matrix(let unit): unit.rawValue
        case .emulation(let unit): "emulated " + unit.rawValue
        }
    }

    package init?(rawValue: String) {
        guard let form = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = form
    }
}

/// The form of each family of kernels. Convolutions share the form of products, whose kernels they are.
package struct KernelForms: Sendable, Hashable {
    package var product: KernelForm
    package var attention: KernelForm
    package var layerNorm: KernelForm

    /// The same form for all; layer norm has none for matrix units.
    package init(_ form: KernelForm) {
        (product, attention) = (form, form)
        layerNorm = form.matrixUnit == nil ? form : .tile
    }

    /// Those for tensors that are stored so: matrix units take elements of 16 bits.
    func storing(_ storage: DataType) -> KernelForms {
        guard storage.byteCount != 2 else { return self }
        var forms = self
        if forms.product.matrixUnit != nil { forms.product = .tile }
        if forms.attention.matrixUnit != nil { forms.attention = .tile }
        return forms
    }
}
