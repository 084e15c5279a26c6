package import TensorCore

/// One way of computing a family of operations on a device: the form of its kernels and how they store elements.
package struct KernelPath: Sendable, Hashable, CustomStringConvertible {
    package let family: KnownAnswer.Family
    package let form: KernelForm
    /// 4 for float32; 2 for float16, with sums in float32.
    package let elementByteCount: Int

    package init(family: KnownAnswer.Family, form: KernelForm, elementByteCount: Int) {
        self.family = family
        self.form = form
        self.elementByteCount = elementByteCount
    }

    /// The path with the local memory that drivers advertise in place of this one's; nil if that is enough for this one.
    var narrow: KernelPath? {
        form.narrow.map { KernelPath(family: family, form: $0, elementByteCount: elementByteCount) }
    }

    package var precisionName: String { elementByteCount == 2 ? "f16" : "f32" }
    package var description: String { "\(family.rawValue) \(precisionName) \(form.rawValue)" }

    /// What ``description`` says.
    package init?(description: String) {
        let words = description.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3, let family = KnownAnswer.Family(rawValue: words[0]), ["f32", "f16"].contains(words[1]),
            let form = KernelForm(rawValue: words[2])
        else { return nil }
        self.init(family: family, form: form, elementByteCount: words[1] == "f16" ? 2 : 4)
    }

    /// Every path of a device, those that are tried first in front.
    static func all(_ device: OpenCLDevice, first: KernelForm?) -> [KernelPath] {
        [4, 2].flatMap { elementByteCount in
            KnownAnswer.Family.allCases.flatMap { family in
                forms(device, family, elementByteCount: elementByteCount, first: first).map {
                    KernelPath(family: family, form: $0, elementByteCount: elementByteCount)
                }
            }
        }
    }

    /// The forms of a family's kernels in the order in which a device tries them: the one that was asked for, matrix
    /// units that it may have, what suits it best.
    static func forms(
        _ device: OpenCLDevice, _ family: KnownAnswer.Family, elementByteCount: Int, first: KernelForm?
    ) -> [KernelForm] {
        let usesUnit = elementByteCount == 2 && family != .other
        let units = usesUnit ? MatrixUnit.candidates(device, family) : []
        let forms = [first].compactMap(\.self) + units.map(KernelForm.matrix) + [KernelForm(for: device)]
        return (forms + KernelForm.portable).reduce(into: []) { forms, form in
            if !forms.contains(form) && (usesUnit || form.matrixUnit == nil) { forms.append(form) }
        }
    }
}
