import OpenCLKernels

extension TunedShape {
    /// The files that a kernel of a form is made of: a choice is for these and no others.
    func sources(_ form: KernelForm) -> [KernelSource] {
        guard !isAttention else { return [.common, .group] + AttentionCut(form: form, queries: 0).sources }
        let operation = KernelSource(rawValue: kernel).map { [$0] } ?? []
        let tile = ProductTile(form: form, rows: 0, panel: 0, itemRows: 1, itemColumns: 1)
        return [.common, .group, .product] + operation + tile.sources
    }
}
