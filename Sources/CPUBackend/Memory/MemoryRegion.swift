import Glibc
import TensorCore

/// Anonymous memory from the system: zeroed, page-aligned, backed by huge pages where the system grants them. Pages
/// that are never touched cost nothing.
final class MemoryRegion: @unchecked Sendable {  // `base` never changes; the owner orders access to the bytes
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    /// Asks the system for memory; an error names `purpose` as what it was wanted for.
    ///
    /// - Throws: ``BackendError/outOfMemory(byteCount:purpose:)``.
    init(byteCount: Int, purpose: String) throws(BackendError) {
        let wanted = max(1, byteCount)
        let protection = PROT_READ | PROT_WRITE
        guard let start = mmap(nil, wanted, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED
        else { throw .outOfMemory(byteCount: byteCount, purpose: purpose) }
        // Advice only: without huge pages everything still works, with more misses in the page tables.
        _ = madvise(start, wanted, MADV_HUGEPAGE)
        base = start
        self.byteCount = wanted
    }

    deinit { _ = munmap(base, byteCount) }

    /// The memory from a byte offset on, as floats.
    func floats(at byteOffset: Int = 0) -> UnsafeMutablePointer<Float> {
        base.advanced(by: byteOffset).assumingMemoryBound(to: Float.self)
    }
}
