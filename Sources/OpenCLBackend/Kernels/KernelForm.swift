/// How the kernels that reuse data are written: products, attention, layer norm. Both forms compute the same sums in
/// the same order where `docs/kernels.md` says so, from the same layouts.
package enum KernelForm: String, Sendable, Hashable, Codable, CaseIterable {
    /// For GPUs: work-groups share tiles in local memory.
    case tile
    /// For processors: an item works alone on wide vectors, without barriers or local memory.
    case vector

    /// The form for a device.
    package init(for device: OpenCLDevice) { self = device.kind == .cpu ? .vector : .tile }
}

/// The form of each family of kernels. Convolutions share the form of products, whose kernels they are.
package struct KernelForms: Sendable, Hashable {
    package var product: KernelForm
    package var attention: KernelForm
    package var layerNorm: KernelForm

    /// The same form for all.
    package init(_ form: KernelForm) { (product, attention, layerNorm) = (form, form, form) }
}
