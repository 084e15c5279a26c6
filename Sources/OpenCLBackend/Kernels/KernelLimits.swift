import TensorCore

/// What decides how kernels are cut and where weights lie, apart from the plan.
package struct KernelLimits: Sendable, Hashable {
    package var forms: KernelForms
    /// Work-items of a work-group at most.
    package var workGroupSize: Int
    /// Bytes of local memory of a work-group at most.
    package var localMemoryByteCount: Int
    /// Bytes of one buffer at most.
    package var allocationByteCount: Int
    /// Floats of a processor's vector register: with 16 (AVX-512) there are 32 registers; with 8 (AVX2) there are 16; with 4
    /// there are 16 (SSE) or 32 (NEON).
    package var vectorWidth = 16
    /// Work-groups that keep the device busy; smaller products take smaller tiles.
    package var enoughGroups = 256
    /// Cuts that were measured on the device.
    package var tuning = TunedCuts()
    /// A mistake to build kernels with, for tests.
    package var defect: KernelDefect?

    package init(forms: KernelForms, workGroupSize: Int, localMemoryByteCount: Int, allocationByteCount: Int) {
        self.forms = forms
        self.workGroupSize = workGroupSize
        self.localMemoryByteCount = localMemoryByteCount
        self.allocationByteCount = allocationByteCount
    }

    /// Those of a device; `form` overrides the one that suits it.
    package init(_ device: OpenCLDevice, form: KernelForm? = nil) {
        self.init(device, forms: KernelForms(form ?? KernelForm(for: device)))
    }

    /// Those of a device, with a form for each family of kernels.
    package init(_ device: OpenCLDevice, forms: KernelForms) {
        self.init(
            forms: forms, workGroupSize: device.limits.workGroupSize,
            localMemoryByteCount: device.limits.localMemoryByteCount,
            allocationByteCount: device.limits.allocationByteCount)
        if device.limits.nativeVectorWidth > 1 { vectorWidth = device.limits.nativeVectorWidth }
    }

    /// Whether a processor's registers hold few sums: `ProductTile` and `AttentionCut` then take smaller cuts.
    var hasNarrowVectors: Bool { vectorWidth < 16 }

    /// Those for tensors that are stored so.
    func storing(_ storage: DataType) -> KernelLimits {
        var limits = self
        limits.forms = forms.storing(storage)
        return limits
    }
}
