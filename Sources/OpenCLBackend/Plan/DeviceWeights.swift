import Synchronization
import TensorCore

/// Every constant of a plan on a device.
struct DeviceWeights {
    /// Packed weights, as ``WeightLayout`` places them.
    let banks: [DeviceMemory]
    let vectors: DeviceMemory
    let tables: DeviceMemory

    /// Checks the shapes of all tensors, then reads, evaluates, packs and uploads the weights one after the other.
    /// `limits` are those of the products in float32 that expressions want.
    init(
        _ launchPlan: LaunchPlan, from source: any WeightSource, on context: OpenCLContext, limits: KernelLimits
    ) throws(BackendError) {
        let layout = launchPlan.weights
        do {
            for tensor in launchPlan.plan.weights.flatMap(\.tensors) {
                try source.require(tensor.name, shape: tensor.shape)
            }
        } catch { throw .weights(error) }

        let storage = launchPlan.plan.memory.storage
        let allocate = { (count: Int, byteCount: Int, purpose: String) throws(BackendError) in
            try BackendError.wrapping(context.device) { () throws(OpenCLError) in
                try DeviceMemory(context, byteCount: max(1, count) * byteCount, purpose: purpose)
            }
        }
        var banks: [DeviceMemory] = []
        for count in layout.bankElementCounts {
            banks.append(try allocate(count, storage.byteCount, "the weights"))
        }
        vectors = try allocate(layout.vectorElementCount, MemoryLayout<Float>.size, "biases and scales")
        tables = try allocate(launchPlan.tables.count, MemoryLayout<UInt64>.size, "offsets")
        self.banks = banks

        let packer = try WeightPacker(layout, storage: storage, context)
        let products = DeviceProduct(context, limits)
        for (weight, place) in layout.packed {
            let values = try products.evaluate(weight.weight, from: source)
            try packer.pack(values, weight, into: banks[place.bank], at: place.start)
        }
        var floats = [Float](repeating: 0, count: layout.vectorElementCount)
        for (block, start) in layout.vectors {
            var rows: [Float] = []
            for weight in block.weights { rows += try products.evaluate(weight, from: source) }
            for (index, value) in rows.enumerated() {
                floats[start + index / block.columns * block.pitch + index % block.columns] = value
            }
        }
        let (queue, vectors, tables) = (context.computeQueue, vectors, tables)
        try BackendError.wrapping(context.device) { () throws(OpenCLError) in
            try queue.write(floats, to: vectors)
            try queue.write(launchPlan.tables, to: tables)
            try queue.finish()
        }
        source.releaseMemory()
    }
}
