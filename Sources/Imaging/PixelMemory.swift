import Machine

/// Swift's arrays end the process when there is no memory for them. What a photograph's header asks for is tried first.
package enum PixelMemory {
    /// Throws `outOfMemory` when the process may not have so many bytes more, or the system has no room for them at once.
    package static func check(byteCount: Int, name: String) throws(ImagingError) {
        guard HostMemory().hasRoom(for: byteCount) else { throw .outOfMemory(name: name, byteCount: byteCount) }
    }
}
