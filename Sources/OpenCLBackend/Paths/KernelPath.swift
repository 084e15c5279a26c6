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

    package var precisionName: String { elementByteCount == 2 ? "f16" : "f32" }
    package var description: String { "\(family.rawValue) \(precisionName) \(form.rawValue)" }

    /// Every path of a device, those that suit it best first.
    static func all(_ device: OpenCLDevice) -> [KernelPath] {
        [4, 2].flatMap { elementByteCount in
            KnownAnswer.Family.allCases.flatMap { family in
                forms(device, family, elementByteCount: elementByteCount).map {
                    KernelPath(family: family, form: $0, elementByteCount: elementByteCount)
                }
            }
        }
    }

    /// The forms of a family's kernels in the order in which a device tries them: matrix units that it may have come
    /// first.
    static func forms(
        _ device: OpenCLDevice, _ family: KnownAnswer.Family, elementByteCount: Int
    ) -> [KernelForm] {
        let usesUnit = elementByteCount == 2 && family != .other
        let units = usesUnit ? MatrixUnit.candidates(device) : []
        let best = KernelForm(for: device)
        return units.map(KernelForm.matrix) + [best] + KernelForm.portable.filter { $0 != best }
    }
}
