package import TensorCore

/// One way of computing a family of operations on a device: the form of its kernels and how they store elements.
package struct KernelPath: Sendable, Hashable, CustomStringConvertible {
    package let family: KnownAnswer.Family
    package let form: KernelForm
    /// How activations and weights are stored; sums are float32.
    package let storage: DataType

    package init(family: KnownAnswer.Family, form: KernelForm, storage: DataType) {
        self.family = family
        self.form = form
        self.storage = storage
    }

    /// The path with the local memory that drivers advertise in place of this one's; nil if that is enough for this one.
    var withAdvertisedMemory: KernelPath? {
        form.withAdvertisedMemory.map { KernelPath(family: family, form: $0, storage: storage) }
    }

    package var precisionName: String { storage.precisionName }
    package var description: String { "\(family.rawValue) \(precisionName) \(form.rawValue)" }

    /// What ``description`` says.
    package init?(description: String) {
        let words = description.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3, let family = KnownAnswer.Family(rawValue: words[0]),
            let storage = DataType.ofKernels.first(where: { $0.precisionName == words[1] }),
            let form = KernelForm(rawValue: words[2])
        else { return nil }
        self.init(family: family, form: form, storage: storage)
    }

    /// Every path of a device, those that are tried first in front.
    static func all(_ device: OpenCLDevice, first: KernelForm?) -> [KernelPath] {
        DataType.ofKernels.flatMap { storage in
            KnownAnswer.Family.allCases.flatMap { family in
                forms(device, family, storage: storage, first: first).map {
                    KernelPath(family: family, form: $0, storage: storage)
                }
            }
        }
    }

    /// The forms of a family's kernels in the order in which a device tries them: the one that was asked for, matrix
    /// units that it may have, what suits it best.
    static func forms(
        _ device: OpenCLDevice, _ family: KnownAnswer.Family, storage: DataType, first: KernelForm?
    ) -> [KernelForm] {
        let usesUnit = storage.byteCount == 2 && family != .other
        let units = usesUnit ? MatrixUnit.candidates(device, family) : []
        let forms = [first].compactMap(\.self) + units.map(KernelForm.matrix) + [KernelForm(for: device)]
        return (forms + KernelForm.portable).reduce(into: []) { forms, form in
            if !forms.contains(form) && (usesUnit || form.matrixUnit == nil) { forms.append(form) }
        }
    }
}
