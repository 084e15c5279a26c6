/// What decides how kernels are cut and where weights lie, apart from the plan.
package struct KernelLimits: Sendable, Hashable {
    package var form: KernelForm
    /// Work-items of a work-group at most.
    package var workGroupSize: Int
    /// Bytes of local memory of a work-group at most.
    package var localMemoryByteCount: Int
    /// Bytes of one buffer at most.
    package var allocationByteCount: Int

    package init(form: KernelForm, workGroupSize: Int, localMemoryByteCount: Int, allocationByteCount: Int) {
        self.form = form
        self.workGroupSize = workGroupSize
        self.localMemoryByteCount = localMemoryByteCount
        self.allocationByteCount = allocationByteCount
    }

    /// Those of a device; `form` overrides the one that suits it.
    package init(_ device: OpenCLDevice, form: KernelForm? = nil) {
        self.init(
            form: form ?? KernelForm(for: device), workGroupSize: device.limits.workGroupSize,
            localMemoryByteCount: device.limits.localMemoryByteCount,
            allocationByteCount: device.limits.allocationByteCount)
    }
}
