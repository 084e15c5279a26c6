import Synchronization
import TensorCore

/// Brings photographs to the device on a queue of their own, so that those of the next run travel while this one
/// computes. There is room for two runs; it grows with the photographs.
final class PhotographUpload: Sendable {
    /// A run's photographs on their way, in the plan's order; nil for inputs that are tensors.
    struct Slot {
        fileprivate(set) var memories: [DeviceMemory?]
        fileprivate var staging: [StagingMemory?]
        /// The transfers of this run, in order, with their bytes.
        fileprivate(set) var transfers: [(byteCount: Int, event: Event)] = []

        fileprivate init(_ inputCount: Int) {
            memories = .init(repeating: nil, count: inputCount)
            staging = .init(repeating: nil, count: inputCount)
        }
    }

    private let context: OpenCLContext
    private let inputCount: Int
    private let free: Mutex<[Slot]>

    init(_ context: OpenCLContext, inputCount: Int) {
        self.context = context
        self.inputCount = inputCount
        let empty = Slot(inputCount)
        free = Mutex([empty, empty])
    }

    /// Starts the upload of a run's photographs. The slot must come back through ``finished(_:)``.
    func start(_ inputs: [HostTensor]) throws(OpenCLError) -> Slot {
        // More than two runs at once make room of their own.
        var slot = free.withLock { $0.popLast() } ?? Slot(inputCount)
        slot.transfers = []
        for (index, input) in inputs.enumerated() {
            guard let bytes = input.uint8 else { continue }
            slot.transfers.append((bytes.count, try upload(bytes, index, &slot)))
        }
        try context.uploadQueue.flush()
        return slot
    }

    /// Takes a slot back whose run is over.
    func finished(_ slot: Slot) {
        free.withLock { if $0.count < 2 { $0.append(slot) } }
    }

    private func upload(_ bytes: [UInt8], _ index: Int, _ slot: inout Slot) throws(OpenCLError) -> Event {
        let byteCount = bytes.count
        let (memory, staging): (DeviceMemory, StagingMemory)
        if let old = slot.memories[index], let oldStaging = slot.staging[index], old.byteCount >= byteCount {
            (memory, staging) = (old, oldStaging)
        } else {
            memory = try DeviceMemory(context, byteCount: byteCount, purpose: "a photograph")
            staging = try StagingMemory(context, byteCount: byteCount, purpose: "a photograph")
            (slot.memories[index], slot.staging[index]) = (memory, staging)
        }
        bytes.withUnsafeBytes { staging.bytes.copyMemory(from: $0) }
        return try context.uploadQueue.send(
            UnsafeRawBufferPointer(rebasing: staging.bytes.prefix(byteCount)), to: memory)
    }
}
