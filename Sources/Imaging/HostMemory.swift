import Foundation

/// Swift's arrays end the process when there is no memory for them. What a photograph's header asks for is tried first.
package enum HostMemory {
    /// Throws `outOfMemory` when the system has no room for so many bytes at once.
    package static func check(byteCount: Int, name: String) throws(ImagingError) {
        guard byteCount > 0 else { return }
        // Not malloc and free: the compiler takes such a pair out.
        let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard memory != MAP_FAILED else { throw .outOfMemory(name: name, byteCount: byteCount) }
        munmap(memory, byteCount)
    }
}
