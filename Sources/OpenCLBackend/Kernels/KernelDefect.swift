/// A mistake that kernels can be built with, to see that it is found.
package struct KernelDefect: Sendable, Hashable {
    /// `DEFECT` of `common.cl`.
    package enum Mistake: Int, Sendable, Hashable {
        case missingBarrier = 1
        case swappedFragment = 2
        case subtractedProduct = 3
        case wrongRowDistance = 4
    }

    package let mistake: Mistake
    /// The kernels that have it; nil for all.
    package let path: KernelPath?

    package init(_ mistake: Mistake, in path: KernelPath? = nil) {
        self.mistake = mistake
        self.path = path
    }

    /// One that makes every result of a path wrong.
    package init(breaking path: KernelPath) {
        self.init(path.form.matrixUnit == nil ? .subtractedProduct : .swappedFragment, in: path)
    }

    package static let missingBarrier = KernelDefect(.missingBarrier)
    package static let swappedFragment = KernelDefect(.swappedFragment)
    package static let wrongRowDistance = KernelDefect(.wrongRowDistance)
}
