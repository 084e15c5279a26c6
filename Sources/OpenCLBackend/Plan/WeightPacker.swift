import OpenCLKernels
import TensorCore

/// Lays weights out on the device, where reordering and rounding to half cost next to nothing.
struct WeightPacker {
    private let context: OpenCLContext
    private let floats: DeviceMemory
    private var kernels: [Cut: Kernel] = [:]

    /// What a kernel is compiled for.
    private struct Cut: Hashable {
        let panel: Int
        let slab: Int

        init(_ weight: PackedWeight) { (panel, slab) = (weight.panel, weight.slab) }

        func variant(storage: DataType) -> KernelVariant {
            KernelVariant(
                [.packWeights], "pack_weights",
                ["PANEL": panel, "SLAB": slab, "STORAGE": storage.kernelValue])
        }
    }

    /// The programs for the panels and slabs of a layout.
    static func variants(_ layout: WeightLayout, storage: DataType) -> Set<KernelVariant> {
        Set(layout.packed.map { Cut($0.weight).variant(storage: storage) })
    }

    /// Compiles for the panels and slabs of a layout and allocates room for its largest weight.
    init(_ layout: WeightLayout, storage: DataType, _ context: OpenCLContext) throws(BackendError) {
        self.context = context
        let largest = layout.packed.map { $0.weight.weight.shape.elementCount }.max() ?? 1
        let cuts = Set(layout.packed.map { Cut($0.weight) })
        (floats, kernels) = try BackendError.wrapping(context.device) { () throws(OpenCLError) in
            let variants = cuts.map { ($0, $0.variant(storage: storage)) }
            let programs = try context.build(variants.map(\.1.text))
            var kernels: [Cut: Kernel] = [:]
            for (cut, variant) in variants {
                if let program = programs[variant.text] { kernels[cut] = try Kernel(program, variant.name) }
            }
            let byteCount = largest * MemoryLayout<Float>.size
            return (try DeviceMemory(context, byteCount: byteCount, purpose: "the largest weight"), kernels)
        }
    }

    /// Packs one weight's elements to `bank` from the element `start` on.
    func pack(
        _ values: [Float], _ weight: PackedWeight, into bank: DeviceMemory, at start: Int
    ) throws(BackendError) {
        guard let kernel = kernels[Cut(weight)] else { preconditionFailure("no kernel for panels of \(weight.panel)") }
        try BackendError.wrapping(context.device) { () throws(OpenCLError) in
            let queue = context.computeQueue
            try queue.write(values, to: floats)
            try kernel.setArguments([
                .memory(floats), .memory(bank), .ulong(UInt64(start)), .uint(UInt32(weight.phases)),
                .uint(UInt32(weight.columns)), .uint(UInt32(weight.taps)), .uint(UInt32(weight.channels)),
            ])
            let group = Launch.elementGroup
            let items = (weight.elementCount + group - 1) / group * group
            try queue.launch(kernel, global: [items], local: [group])
        }
    }
}
